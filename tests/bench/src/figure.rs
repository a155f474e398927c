//! What a benchmark found out.

use serde::Serialize;

/// One measured figure and its goal.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figure {
    /// The benchmark.
    pub(crate) bench: &'static str,
    /// What was measured.
    pub(crate) figure: String,
    /// The measured value.
    pub(crate) value: f64,
    /// Its unit.
    pub(crate) unit: &'static str,
    /// The goal, as a sentence; empty if the figure only informs.
    pub(crate) goal: String,
    /// Whether the goal is met.
    pub(crate) holds: bool,
    /// Whether the run says anything: false if its floor was not far enough away.
    pub(crate) valid: bool,
}

/// Prints figures as a table, or as one JSON line each.
pub(crate) fn print(figures: &[Figure], json: bool) -> anyhow::Result<()> {
    if json {
        for figure in figures {
            println!("{}", serde_json::to_string(figure)?);
        }
        return Ok(());
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
    table.set_header(["bench", "figure", "value", "unit", "goal", "holds", "valid"]);
    for figure in figures {
        table.add_row([
            figure.bench.to_owned(),
            figure.figure.clone(),
            format!("{:.1}", figure.value),
            figure.unit.to_owned(),
            figure.goal.clone(),
            yes_no(figure.holds),
            yes_no(figure.valid),
        ]);
    }
    println!("{table}");
    Ok(())
}

fn yes_no(answer: bool) -> String {
    if answer { "yes" } else { "NO" }.to_owned()
}
