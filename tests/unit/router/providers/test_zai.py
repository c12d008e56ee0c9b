"""Z.ai's business codes."""

import json
from datetime import UTC, datetime

import pytest

from sealane_api.failure import FailureClass as F
from sealane_router.errors import Failure
from sealane_router.providers.zai import Zai

WALL = datetime(2026, 8, 27, 10, 0, 0, tzinfo=UTC).timestamp()


def classified(status: int, document: object) -> Failure:
    return Zai().classify(status, {}, json.dumps(document, ensure_ascii=False).encode(), wall=WALL)


@pytest.mark.parametrize(
    ("status", "code", "message", "expected"),
    [
        (401, "1000", "身份验证失败", F.UNAUTHORIZED),
        (401, "1001", "Header 中未收到 Authentication 参数,无法进行身份验证", F.UNAUTHORIZED),
        (401, "1003", "Authentication Token 已过期,请重新生成/获取", F.UNAUTHORIZED),
        (401, "401", "令牌已过期或验证不正确！", F.UNAUTHORIZED),
        (429, "1110", "您的账户当前处于非活动状态。请检查账户信息", F.UNAUTHORIZED),
        (429, "1112", "您的账户已被锁定,请联系客服解锁", F.UNAUTHORIZED),
        (429, "1113", "您的账户已欠费,请充值后重试", F.QUOTA_EXHAUSTED),
        (429, "1120", "无法成功访问您的账户,请稍后重试", F.SERVER_ERROR),
        (400, "1210", "API 调用参数有误，请检查文档。", F.INVALID_REQUEST),
        (400, "1211", "Model does not exist, please check the model code", F.INVALID_REQUEST),
        (400, "1212", "当前模型不支持 x 调用方式", F.INVALID_REQUEST),
        (400, "1214", "Input cannot be empty", F.INVALID_REQUEST),
        (403, "1220", "您无权访问 x", F.INVALID_REQUEST),
        (500, "1230", "API 调用流程出错", F.SERVER_ERROR),
        (400, "1231", "您已有请求:x", F.INVALID_REQUEST),
        (500, "1234", "网络错误，错误id：2026，请联系客服。", F.SERVER_ERROR),
        (400, "1261", "Prompt 超长", F.INVALID_REQUEST),
        (400, "1300", "API 调用被策略阻止", F.POLICY_REFUSAL),
        (400, "1301", "系统检测到输入或生成内容可能包含不安全或敏感内容", F.POLICY_REFUSAL),
        (429, "1302", "Rate limit reached for requests", F.RATE_LIMITED),
        (429, "1302", "High concurrency usage of this API, please reduce concurrency", F.RATE_LIMITED),
        (429, "1303", "High frequency usage of this API", F.RATE_LIMITED),
        (429, "1304", "Daily call limit for this API reached.", F.QUOTA_EXHAUSTED),
        (429, "1305", "The service may be temporarily overloaded, please try again later", F.OVERLOADED),
        (429, "1305", "该 API 已触发流量限制", F.OVERLOADED),
        (429, "1308", "Usage limit reached for 5 hour.", F.QUOTA_EXHAUSTED),
        (429, "1309", "Your GLM Coding Plan package has expired", F.QUOTA_EXHAUSTED),
        (429, "1310", "您已达到每周/每月使用上限", F.QUOTA_EXHAUSTED),
        (429, "1311", "当前订阅套餐暂未开放x权限", F.INVALID_REQUEST),
        (429, "1312", "该模型当前访问量过大,请您稍后再试", F.OVERLOADED),
        (429, "1313", "您的账户当前使用模式不符合公平使用策略", F.QUOTA_EXHAUSTED),
        (500, "500", "internal", F.SERVER_ERROR),
        (429, "9999", "a code nobody documented", F.RATE_LIMITED),
    ],
)
def test_a_code_has_its_class_in_every_shape(status: int, code: str, message: str, expected: F) -> None:
    """As text or number, inside ``error`` or at the top, and at 200 inside an answer, the code decides."""
    shapes: list[object] = [
        {"error": {"code": code, "message": message}, "request_id": "20260212"},
        {"error": {"code": int(code), "message": message}},
        {"code": int(code), "message": message},
        {"code": code, "msg": message},
    ]

    assert {classified(status, shape).failure_class for shape in shapes} == {expected}
    assert {classified(status, shape).code for shape in shapes} == {code}


def test_the_anthropic_endpoint_and_brackets_are_understood() -> None:
    """The code may stand where Anthropic has the type, or in brackets at the start of the message."""
    typed = classified(429, {"type": "error", "error": {"type": "1113", "message": "no balance"}})
    bracketed = classified(429, {"error": {"type": "rate_limit_error", "message": "[1313][Fair use][20ab]"}})

    assert (typed.failure_class, typed.code) == (F.QUOTA_EXHAUSTED, "1113")
    assert (bracketed.failure_class, bracketed.code) == (F.QUOTA_EXHAUSTED, "1313")


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        ("1308", "Usage limit reached for 5 hour. Your limit will reset at 2026-08-27 21:31:39", 12_699.0),
        ("1308", "已达到 5 小时 的使用上限。您的限额将在 2026-08-27 21:31:39 重置", 12_699.0),
        ("1308", "Usage limit reached for 5 hour. Your limit will reset at 2026-08-28 09:00:00", 5 * 3600.0),
        ("1308", "Usage limit reached for 7 day. Your limit will reset at 2026-08-29 18:00:00", 2 * 86_400.0),
        ("1310", "您已达到每周/每月使用上限,您的限额将在 2026-09-01 18:00:00 重置", 5 * 86_400.0),
        ("1304", "reset at 2026-09-27 00:00:00", 86_400.0),
        ("1308", "Your limit will reset at 2026-08-27 10:00:00", None),
        ("1308", "Your limit will reset at ${next_flush_time}", None),
        ("1113", "余额不足 2026-08-27 21:31:39", None),
    ],
)
def test_a_cap_states_its_reset(code: str, message: str, expected: float | None) -> None:
    """The time is Shanghai's, within the window that the cap has, and unknown once it has passed."""
    assert classified(429, {"error": {"code": code, "message": message}}).reset_after == expected


def test_what_is_fixed_for_another_model_is_listed() -> None:
    """One rename, and nothing else."""
    assert dict(Zai.renames_for_other_model) == {"max_completion_tokens": "max_tokens"}
    assert Zai.finish_errors == {"network_error"}
