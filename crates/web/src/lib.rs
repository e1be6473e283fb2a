//! The HTTP service: pages, API, authentication.
