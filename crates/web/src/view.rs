//! What pages show, as plain data: one struct per page, rendered by a template of the same name.
//!
//! A view model holds typed values (a rating, a share, a moment) and says how they are written;
//! it reads nothing and decides nothing about access. Text of plans, users and models is
//! hostile: it is held as `String` and escaped by the template. Only [`mod@format`], [`charts`] and
//! [`markdown`] write markup of their own: the first two from numbers and times, the last by a list of
//! what may pass. Templates hold no inline script
//! and no style attribute, since the content security policy forbids both.

pub mod account;
pub mod admin;
pub mod artifact;
pub mod audit;
pub mod charts;
pub mod compare;
pub mod docs;
pub mod error;
pub mod format;
pub mod home;
pub mod judges;
pub mod layout;
pub mod login;
pub mod markdown;
pub mod metrics;
pub mod new_plan;
pub mod parts;
pub mod plan;
pub mod plans;
pub mod rankings;
pub mod run;
pub mod submit;
