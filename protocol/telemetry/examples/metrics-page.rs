//! Prints the page of the catalogue.

fn main() {
    print!("{}", longhaul_telemetry::page());
}
