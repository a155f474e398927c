//! The program as a script sees it: exit codes, standard output, standard error.

mod program;
mod project;
mod server;
mod words;
