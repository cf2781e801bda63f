-- Sessions with their parts added up: the first part tells where it began, the
-- last where it ended.
SELECT min(p.started) AS started, max(p.ended) AS ended, p.session_id,
    arg_min(p.anchor, p.started) AS anchor, arg_min(p.anchor_form, p.started) AS anchor_form, arg_min(p.anchor_text, p.started) AS anchor_text,
    coalesce(arg_min(p.device_id, p.started) FILTER (p.device_id <> ''), '') AS device_id,
    coalesce(arg_min(p.user_id, p.started) FILTER (p.user_id <> ''), '') AS user_id,
    coalesce(arg_min(p.account_id, p.started) FILTER (p.account_id <> ''), '') AS account_id,
    bool_and(p.derived) AS derived,
    arg_min(p.entry_page, p.started) AS entry_page, arg_max(p.exit_page, p.ended) AS exit_page,
    arg_min(p.device, p.started) AS device, arg_min(p.os, p.started) AS os, arg_min(p.browser, p.started) AS browser,
    arg_min(p.network, p.started) AS network, arg_min(p.language, p.started) AS language,
    arg_min(p.country, p.started) AS country, arg_min(p.utm, p.started) AS utm,
    max(p.bot) AS bot,
    CAST(sum(p.events) AS BIGINT) AS events, CAST(sum(p.pages) AS BIGINT) AS pages, CAST(sum(p.actions) AS BIGINT) AS actions,
    CAST(sum(p.calls) AS BIGINT) AS calls, CAST(sum(p.failed) AS BIGINT) AS failed, CAST(sum(p.signals) AS BIGINT) AS signals
FROM sessions p
WHERE p.project = ? /*which*/
GROUP BY p.session_id
