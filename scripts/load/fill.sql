-- A public board of :plans plans, as a publication would have left it. Deterministic: what looks
-- random is the hash of the plan's number. Every fiftieth plan and the best 2,000 also have what a
-- page of their own shows: prompt, card, KPIs with evidence, a vector, 20 publications and 24
-- comparisons.
\set ON_ERROR_STOP on
SET synchronous_commit = off;
SET work_mem = '256MB';
SET maintenance_work_mem = '512MB';

CREATE FUNCTION pg_temp.share(text) RETURNS double precision LANGUAGE sql IMMUTABLE AS
  $$ SELECT ('x' || substr(md5($1), 1, 8))::bit(32)::bigint / 4294967296.0 $$;
CREATE FUNCTION pg_temp.id(kind text, n bigint, at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS
  $$ SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(kind || n), 1, 3)
             || '8' || substr(md5(kind || n), 4, 15))::uuid $$;

BEGIN;
CREATE TEMP TABLE made ON COMMIT DROP AS
SELECT n,
       pg_temp.id('plan', n, '2026-01-01'::timestamptz + n * interval '20 seconds') AS plan_id,
       '2026-01-01'::timestamptz + n * interval '20 seconds' AS at,
       pg_temp.id('account', n % 1000, '2026-01-01') AS owner_id,
       CASE WHEN n % 20 = 0 THEN NULL ELSE 'domain ' || lpad((floor(40 * power(pg_temp.share('d' || n), 2)))::text, 2, '0') END AS domain,
       sha256(('plan ' || n)::bytea) AS content_hash,
       1500 + 174 * sqrt(-2 * ln(pg_temp.share('u' || n) + 1e-9)) * cos(2 * pi() * pg_temp.share('v' || n)) AS elo,
       pg_temp.share('p' || n) < 0.1 AS provisional,
       pg_temp.share('f' || n) < 0.005 AS flagged,
       pg_temp.share('s' || n) AS spread
FROM generate_series(1, :plans) AS n;
CREATE TEMP TABLE ranked ON COMMIT DROP AS
SELECT made.*, row_number() OVER (ORDER BY elo DESC, content_hash DESC) AS rank,
       CASE WHEN provisional THEN 80 + 70 * spread ELSE 30 + 45 * spread END AS se
FROM made;
CREATE INDEX ON ranked (n);
ANALYZE ranked;

INSERT INTO account (account_id, kind, display_name, created_at)
SELECT pg_temp.id('account', n, '2026-01-01'), 'user', 'Account ' || n, '2026-01-01' FROM generate_series(0, 999) AS n;
INSERT INTO plan_family (family_id, representative, created_at) SELECT plan_id, plan_id, at FROM ranked ORDER BY n;
INSERT INTO plan_corpus (plan_id, owner_id, family_id, title, domain, visibility, state, content_hash, warnings,
                         integrity, source_name, created_at)
SELECT plan_id, owner_id, plan_id, 'A plan of a million, number ' || n || ': ' || md5('title' || n), domain, 'public',
       'active', content_hash, '[]', '{}', 'run-' || n || '.zip', at
FROM ranked ORDER BY n;
INSERT INTO plan_metrics (plan_id, contest, domain, content_hash, submitted_at, listed, novelty_score, prompt_quality,
    technical_completeness, kpi_version, elo, elo_se, elo_low, elo_high, rank, rank_low, rank_high, percentile,
    num_comparisons, num_opponents, num_opponent_owners, provisional, flagged, bucket_id, rated_at)
SELECT plan_id, 'public', domain, content_hash, at, TRUE, pg_temp.share('n' || n), pg_temp.share('q' || n),
       pg_temp.share('t' || n), 'load/1', elo, se, elo - 1.645 * se, elo + 1.645 * se, rank,
       greatest(1, rank - (:plans * se / 600)::bigint), least(:plans, rank + (:plans * se / 600)::bigint),
       100.0 * (:plans - rank) / greatest(1, :plans - 1), 24, 20, 18, provisional, flagged, n / 100, now()
FROM ranked ORDER BY n;

CREATE TEMP TABLE shown ON COMMIT DROP AS SELECT * FROM ranked WHERE n % 50 = 0 OR rank <= 2000;
ALTER TABLE shown ADD COLUMN place bigint;
UPDATE shown SET place = numbered.place
FROM (SELECT n, row_number() OVER (ORDER BY n) - 1 AS place FROM shown) AS numbered WHERE numbered.n = shown.n;
CREATE INDEX ON shown (place);
ANALYZE shown;

INSERT INTO plan_document (plan_id, prompt, document, card)
SELECT plan_id, 'Build a bridge for pedestrians, number ' || n || ', with 2 million EUR by 2028.', '{}',
       '{"sections":[{"kind":"title","items":[{"id":"T1","text":"Plan ' || n || '","source":"plan.json"}],"omitted":0},'
       || '{"kind":"objective","items":[{"id":"O1","text":"A bridge that stands","source":"plan.json"}],"omitted":0}]}'
FROM shown;
INSERT INTO kpi_extraction (plan_id, version, novelty_score, prompt_quality, technical_completeness, evidence, extracted_at)
SELECT plan_id, 'load/1', pg_temp.share('n' || n), pg_temp.share('q' || n), pg_temp.share('t' || n),
       '{"kpis":{"prompt_quality":{"value":' || pg_temp.share('q' || n) || ',"evidence":[{"source":"prompt","quote":"2 million EUR","span":[42,55]}],'
       || '"version":"prompt_quality/1","flags":[],"detail":{"items":{"budget":1.0,"location":0.0,"timeframe":0.5}},"unknown_reason":null}}}', at
FROM shown;
INSERT INTO plan_embedding (model, plan_id, dimensions, vector)
SELECT 'card-char-ngrams/1', plan_id, 512,
       decode(string_agg('0000' || substr(hash, 1 + 2 * (k % 16), 2) || CASE WHEN get_byte(decode(hash, 'hex'), k % 16) % 2 = 0 THEN '3e' ELSE 'be' END, '' ORDER BY j, k), 'hex')
FROM (SELECT plan_id, j, md5(n || '/' || j) AS hash FROM shown, generate_series(1, 32) AS j) AS hashes, generate_series(0, 15) AS k
GROUP BY plan_id;
INSERT INTO rating_history (plan_id, contest, publication, elo, elo_se, elo_low, elo_high, rank, num_comparisons, published_at)
SELECT plan_id, 'public', p, elo + (20 - p), se, elo - 1.645 * se, elo + 1.645 * se, rank, p,
       '2026-11-01'::timestamptz + p * interval '1 hour'
FROM shown, generate_series(1, 20) AS p;

INSERT INTO judge (judge_id, fingerprint, kind, name, version, params, created_at)
VALUES (pg_temp.id('judge', 1, '2026-01-01'), 'offline/load/1/load', 'offline', 'offline judge, not a language model', '1',
        '{"discrimination":1.0,"position_effect_logits":0.1,"cut_points_logits":[0.3,0.9,1.6,2.4],"verdicts":1}', '2026-01-01');
INSERT INTO ranking (contest, seed, settings, state, published, created_at, updated_at)
VALUES ('public', 1, '{}', 'filled', 20, '2026-01-01', now());
INSERT INTO ranking_round (contest, number, state, created_at, closed_at)
SELECT 'public', r, 'closed', '2026-11-01', '2026-11-01' FROM generate_series(1, 12) AS r;
INSERT INTO comparison (comparison_id, contest, round, seq, first_plan, second_plan, first_hash, second_hash, judge_id, kind,
    reason, state, level, verdict, flags, prompt_version, request_hash, created_at, finished_at)
SELECT pg_temp.id('comparison ' || r || ' ', a.place, '2026-11-01'), 'public', r, a.place, a.plan_id, b.plan_id, a.content_hash,
       b.content_hash, pg_temp.id('judge', 1, '2026-01-01'), 'normal', 'own', 'done',
       CASE WHEN a.elo > b.elo THEN 2 ELSE -2 END,
       '{"overall":' || CASE WHEN a.elo > b.elo THEN 2 ELSE -2 END || ',"because":"Its risks are named.","flags":[],"dimensions":['
       || (SELECT string_agg('{"name":"Risk ' || d || '","preference":' || CASE WHEN a.elo > b.elo THEN 2 ELSE -2 END
             || ',"reason":"It names risks and mitigations where the other does not.","verified":true,'
             || '"first_quote":{"item":"T1","text":"Plan ' || a.n || '","found":true},'
             || '"second_quote":{"item":"T1","text":"Plan ' || b.n || '","found":true}}', ',') FROM generate_series(1, 6) AS d)
       || '],"remaining":{"name":"Rest","preference":0,"reason":"","verified":true,"first_quote":{"item":"","text":""},"second_quote":{"item":"","text":""}}}',
       '[]', 'load', 'load', '2026-11-01', '2026-11-01'
FROM generate_series(1, 12) AS r CROSS JOIN shown AS a CROSS JOIN (SELECT count(*) AS all_shown FROM shown) AS total
     JOIN shown AS b ON b.place = (a.place + 37 * r) % total.all_shown
WHERE a.place <> b.place;

INSERT INTO contest_summary (contest, publication, published_at, established, provisional, flagged, comparisons, domains,
    elo_min, elo_max, spend_nano_usd, judges)
SELECT 'public', 20, now(), count(*) FILTER (WHERE NOT provisional), count(*) FILTER (WHERE provisional),
       count(*) FILTER (WHERE flagged), (SELECT count(*) FROM comparison),
       (SELECT json_agg(json_build_object('domain', domain, 'established', e, 'provisional', p) ORDER BY domain)::text
        FROM (SELECT domain, count(*) FILTER (WHERE NOT provisional) AS e, count(*) FILTER (WHERE provisional) AS p
              FROM ranked GROUP BY domain) AS domains),
       min(elo - 1.645 * se), max(elo + 1.645 * se), 0,
       '[{"judge_id":"' || pg_temp.id('judge', 1, '2026-01-01') || '","verdicts":1}]'
FROM ranked;
COMMIT;
VACUUM (ANALYZE);
