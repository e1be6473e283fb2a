"""What every client does: creates a plan, follows it, fetches its report, and ranks it.

A client is a function that calls a tool and returns its structured content; a journey fails by an
assertion that says what was otherwise than promised.
"""

import hashlib
import json
import urllib.request

PROMPT = """Open a repair workshop for bicycles in Utrecht, run by {who}. Aim: repair 3,000 bicycles a year by the end of
the second year and train 12 apprentices. In scope: lease, tools, hiring, apprenticeship, marketing; out of scope: sale
of new bicycles. Budget: EUR 240,000 in all. Start on 1 March 2027, open by 1 September 2027. Success: 250 repairs a
month by June 2028, 90 % of customers satisfied. Risks: lease, noise complaints, theft. Stakeholders: city, neighbours,
vocational school."""


async def journey(call, who):
    created = await call("plan_create", {"prompt": PROMPT.format(who=who), "mode": "fast"})
    plan_id = created["plan_id"]
    again = await call("plan_create", {"prompt": PROMPT.format(who=who), "mode": "fast"})
    assert again["plan_id"] == plan_id and again["deduplicated"], again

    status = await call("plan_status", {"plan_id": plan_id})
    for _ in range(20):
        if status["state"] not in ("pending", "processing"):
            break
        status = await call("plan_wait", {"plan_id": plan_id, "seconds": 30})
    assert status["state"] == "completed", status
    assert status["next_tool"] == "plan_file_info", status

    for artifact, kind in [("report", "text/html"), ("zip", "application/zip")]:
        info = await call("plan_file_info", {"plan_id": plan_id, "artifact": artifact})
        assert info["ready"] and info["content_type"].startswith(kind), info
        body = urllib.request.urlopen(info["download_url"], timeout=60).read()
        assert len(body) == info["download_size"], (len(body), info)
        assert hashlib.sha256(body).hexdigest() == info["sha256"], artifact

    ranking = await call("plan_rank", {"plan_id": plan_id})
    for _ in range(120):
        if ranking["next_tool"] != "plan_rank":
            break
        await pause()
        ranking = await call("plan_rank", {"plan_id": plan_id})
    assert ranking["phase"] in ("rated", "provisional"), ranking
    metrics = await call("plan_metrics", {"plan_id": ranking["plan_id"]})
    # Near copies, as the drafts of two clients are, share one place on the board.
    has_place = "rank" in metrics["place"] or "near copy" in ranking["detail"]
    assert len(metrics["kpis"]) == 5 and has_place, (metrics, ranking)

    words = " ".join(hashlib.sha256(who.encode()).hexdigest()[i : i + 6] for i in range(0, 60, 6))
    brought = {
        "title": f"A shed for {who}",
        "prompt": f"Build a shed for {who} in Oslo by May 2027 for NOK 90,000. {words}",
        "wbs": [{"id": "a", "name": f"Design {words}"}, {"id": "b", "name": f"Build {words}"}],
    }
    ranked = await call("plan_rank", {"plan": brought})
    assert ranked["created"] and ranked["plan_id"] != plan_id, ranked

    mine = await call("plan_list", {"limit": 5})
    assert any(plan["plan_id"] == plan_id for plan in mine["plans"]), mine
    return {"plan_id": plan_id, "files": status["files_count"], "rank": metrics["place"].get("rank")}


async def refused(call, shown):
    """A wrong key fails where none is needed, and the client shows our words."""
    try:
        await call("example_prompts", {})
    except Exception as error:
        words = shown(error)
        assert "API key" in words, words
        return
    raise AssertionError("a wrong key was accepted")


async def pause():
    import asyncio

    await asyncio.sleep(1)


def done(name, result):
    print(f"ok - {name}: {json.dumps(result)}")
