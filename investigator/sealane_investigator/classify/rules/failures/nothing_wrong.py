"""What looks like an error and is none: clients that went away, answers that ended at their limit."""

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify.rule import rule

NOTHING_WRONG = (
    rule(
        "client.gone",
        C.NONE,
        (
            r"client (has )?(disconnect(ed)?|closed|went away|cancell?ed|aborted|hung up|left|gone|terminated|"
            r"dropped|disconnects)"
        ),
        r"client prematurely closed",
        r"closed by (the )?client",
        r"client_?closed_?request",
        r"client_?disconnect(ed)?",
        r"clientdisconnect",
        r"(abort|cancel)(l?ed|ed)? by (the )?(user|client|caller|downstream|consumer)",
        r"user (has )?(abort|cancel|interrupt|stopp)(l?ed|ed)?",
        (
            r"(request|operation|call|generation|task|stream|response|query) (was |has been |is )?(cancell?ed|"
            r"aborted|stopped|interrupted by)( by (the )?(user|client))?(?! due to)"
        ),
        r"cancellederror",
        r"cancelederror",
        r"context cancell?ed",
        r"\baborterror",
        r"useraborterror",
        r"keyboardinterrupt",
        r"downstream (connection )?(disconnect|closed|termination|remote)",
        r"(api )?request (was )?aborted",
        r"request cancell?ed",
        r"^cancell?ed\.?$",
        r"requestcancel",
        r"operationcanceled",
        r"taskcanceled",
        r"interrupted by user",
        r"(browser|caller|consumer)\)? (closed|disconnected|went away|cancell?ed|hung up|is gone|left|gave up)",
        r"((status|code|error|http/[\d.]{1,3}'?)[ :=]{1,3}|^|' )499\b",
        r"用户(已)?(取消|中断|停止|终止)",
        r"客户端(已)?(断开|取消|关闭|中断)",
        r"请求已(被)?取消",
        r"err_canceled",
        r"endpointdisconnected",
        r"this operation was aborted",
        r"signal is aborted",
        r"the user aborted",
        r"brokenresourceerror",
        r"starlette\.requests\.clientdisconnect",
        r"disconnected before (the )?(response|completion|stream)( was| is)? (finished|complete|sent|done)",
        unless=(
            r"content_filter|timeout|timed out|deadline|upstream connect error|rate limit|not supported|"
            r"error code: [45]|unsupported client|the client (library|version|specified|option|must|is not|"
            r"has sent|does not|should|sent)|client specified|max_client|too many|server disconnected|oauth|"
            r"client_id|not allowed|this client|other clients|status code [45]|client error|"
            r"the client intended|half ?way|midway|unexpectedly|final chunk"
        ),
    ),
    rule(
        "answer.at_limit",
        C.NONE,
        r"finish_?reason'?[ :=(]{0,4}'?(length|max_tokens|stop|tool_calls|end_turn|function_call|model_length)",
        r"stop_?reason'?[ :=(]{0,4}'?(max_tokens|end_turn|tool_use|stop_sequence|pause_turn|model_context_window)",
        r"incomplete_details'?…max_output_tokens",
        (
            r"(output|response|answer|completion|generation) (was |is )?(truncated|cut off|stopped|"
            r"ended) (because|due to|at|by|since)…(max|length|limit)"
        ),
        r"reached (the )?max(imum)?[_ ](output |completion )?tokens",
        r"stopped at (the )?(max|length)",
        r"hit (the )?max_tokens",
        r"finished with reason…(length|stop)",
        r"length limit was reached",
        r"lengthfinishreason",
        r"(停止|结束)原因…(max_tokens|长度|length|stop)",
        r"达到(最大)?(长度|输出|token)",
        unless=(
            r"error'?: ?\{|without (a )?finish|before finish|no finish|missing finish|"
            r"finish_reason'?: ?'?(content_filter|safety)|exceed|expected"
        ),
    ),
)
