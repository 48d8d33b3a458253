//! The engine for Node: converts requests and answers, and nothing else. `shim/engine/types.ts` says what TypeScript
//! sees. Expected failures cross as data.

pub mod answer;
pub mod breaker;
pub mod explain;
pub mod request;
pub mod servers;
pub mod tables;
