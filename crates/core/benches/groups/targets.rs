//! What was aimed at, and whether it was met.

use crate::shared::harness::Times;

/// The verdicts, as rows of a table.
#[derive(Default)]
pub(crate) struct Targets(Vec<String>);

impl Targets {
    /// As dear as OpenMLS at most so many times over.
    pub(crate) fn beside(&mut self, what: &str, [own, openmls, _]: &[Times; 3], limit: f64) {
        let found = own.ratio_to(openmls);
        self.judge(&format!("{what}: at most {limit}× of OpenMLS in memory"), found <= limit, &format!("{found:.2}×"));
    }

    /// At most so many microseconds.
    pub(crate) fn within(&mut self, what: &str, own: &Times, limit: f64) {
        let found = own.quantile(0.5);
        self.judge(&format!("{what}: under {limit} µs"), found < limit, &format!("{found:.0} µs"));
    }

    fn judge(&mut self, target: &str, is_met: bool, found: &str) {
        let verdict = if is_met { format!("yes: {found}") } else { format!("**no: {found}**") };
        self.0.push(format!("| {target} | {verdict} |"));
    }

    pub(crate) fn print(&self) {
        if !self.0.is_empty() {
            println!("\n| target | met? |\n|---|---|\n{}", self.0.join("\n"));
        }
    }
}
