//! Downloads and the links to them.

use chrono::TimeDelta;
use pipeline::service::PipelineError;
use pipeline::{Download, Viewer};

use super::world::on_both;

on_both! {
    async fn the_zip_is_the_same_each_time_and_follows_edits(world) {
        let (id, _) = world.driven("Build a wooden bridge.").await;
        let zip = async || world.pipeline.fetch(Viewer::SYSTEM, id, Download::Zip).await.unwrap();
        let first = zip().await;
        let info = world.pipeline.download(Viewer::SYSTEM, id, Download::Zip).await.unwrap();
        assert_eq!((info.sha256.as_str(), info.size), (first.info.sha256.as_str(), first.bytes.len() as u64));
        assert_eq!((info.content_type, info.file_name.as_str()), ("application/zip", "build-a-wooden-bridge.zip"));
        assert_eq!(zip().await.bytes, first.bytes);
        let edited = b"# Mine".to_vec();
        world.pipeline.edit(Viewer::SYSTEM, id, "plan.md", edited, None).await.unwrap();
        assert_ne!(zip().await.info.sha256, first.info.sha256);
        world.pipeline.revert(Viewer::SYSTEM, id, "plan.md").await.unwrap();
        assert_eq!(zip().await.bytes, first.bytes);
    }

    async fn a_link_opens_one_download_of_one_plan_for_a_day(world) {
        let (id, _) = world.driven("Build a wooden bridge.").await;
        let (other, _) = world.driven("Build a narrow tunnel.").await;
        let token = |link: &pipeline::SignedLink| link.path.trim_start_matches("/download/").to_owned();
        let link = world.pipeline.link(id, Download::Zip);
        let opened = world.pipeline.open_link(&token(&link)).await.unwrap();
        let own = world.pipeline.fetch(Viewer::SYSTEM, id, Download::Zip).await.unwrap();
        assert_eq!(opened.bytes, own.bytes);
        let theirs = token(&world.pipeline.link(other, Download::Zip));
        let mine = token(&link);
        let (claim, _) = mine.rsplit_once('.').unwrap();
        let (_, mac) = theirs.rsplit_once('.').unwrap();
        let forged = world.pipeline.open_link(&format!("{claim}.{mac}")).await;
        assert!(matches!(forged, Err(PipelineError::NotFound)));
        world.clock.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
        assert!(world.pipeline.open_link(&mine).await.is_ok());
        world.clock.advance(TimeDelta::seconds(1));
        let late = world.pipeline.open_link(&mine).await;
        assert!(matches!(late, Err(PipelineError::LinkExpired(_))));
    }

    async fn what_is_not_there_yet_says_why(world) {
        let id = world.waiting("Build a wooden bridge.").await;
        for what in Download::EVERY {
            let early = world.pipeline.download(Viewer::SYSTEM, id, what).await;
            let Err(PipelineError::NotReady { reason }) = early else { panic!("{what}: {early:?}") };
            assert!(reason.contains("pending"), "{reason}");
        }
    }
}
