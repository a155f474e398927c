//! The program as a script sees it: exit codes, standard output, standard error.

#[cfg(feature = "demo")]
mod demo;
mod program;
mod project;
mod server;
mod words;
