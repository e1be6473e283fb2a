//! Durable jobs: claim, lease, heartbeat, fence, retry, schedule.
