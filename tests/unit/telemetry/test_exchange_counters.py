"""What the end of an exchange counts."""

from prometheus_client import CollectorRegistry, generate_latest

from sealane_telemetry.metrics import RouterMetrics

_LABELS = ("default/a", "kimi", "1", "moonshot", "chat")


def test_an_exchange_is_counted_by_its_code() -> None:
    """An empty code is ``ok``."""
    registry = CollectorRegistry()
    counters = RouterMetrics(registry).of_exchange(*_LABELS)
    counters.ended("", 1.5, 0.5)
    counters.ended("", 2.5)
    counters.ended("rate_limited", 0.1)

    text = generate_latest(registry).decode()
    assert 'code="ok",provider="moonshot",revision="1",route="default/a",rule="kimi"} 2.0' in text
    assert 'code="rate_limited",provider="moonshot",revision="1",route="default/a",rule="kimi"} 1.0' in text
    assert 'sealane_exchange_duration_seconds_sum{api="chat",route="default/a",rule="kimi"} 4.1' in text
    assert 'sealane_time_to_first_content_seconds_count{provider="moonshot",route="default/a"} 1.0' in text


def test_tokens_are_counted_by_direction() -> None:
    """Input and output apart."""
    registry = CollectorRegistry()
    counters = RouterMetrics(registry).of_exchange(*_LABELS)
    counters.used(10, 3)
    counters.used(1, 0)

    labels = {"route": "default/a", "provider": "moonshot"}
    assert tuple(
        registry.get_sample_value("sealane_tokens_total", {**labels, "direction": direction})
        for direction in ("input", "output")
    ) == (11.0, 3.0)


def test_a_refused_exchange_exposes_no_empty_series() -> None:
    """No time to first content of a provider that was never asked."""
    registry = CollectorRegistry()
    RouterMetrics(registry).of_exchange("", "", "", "", "chat").ended("model_not_found", 0.001)

    text = generate_latest(registry).decode()
    assert "sealane_time_to_first_content_seconds_bucket{" not in text
    assert "sealane_tokens_total{" not in text


def test_the_same_labels_give_the_same_counters() -> None:
    """The look-up is the only cost of an exchange of a known kind."""
    metrics = RouterMetrics(CollectorRegistry())

    assert metrics.of_exchange(*_LABELS) is metrics.of_exchange(*_LABELS)
