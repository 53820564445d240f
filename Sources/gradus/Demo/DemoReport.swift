// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// The demonstration as one page without outside resources, for light and dark surroundings.
struct DemoReport {
  var outcomes: [DemoOutcome]
  var seconds: Double

  var html: String {
    let table = """
      <h1>Five problems, solved and checked</h1>
      <p>Gradus \(escaped(gradusVersion)), \(escaped(Numbers.time(seconds))) in all. “Checked” is what was recomputed from
      the problem itself after the method had finished; a bound that only an outside solver vouches for is named as such.</p>
      <div class="wide"><table>
      <tr><th>Problem</th><th>Kind</th><th>Status</th><th>Objective</th><th>What was checked</th><th>Method</th>
      <th>Time</th></tr>
      \(outcomes.map(row).joined())</table></div>

      """
    return HTMLDocument(
      title: "Gradus demonstration", style: Self.style, body: table + outcomes.map(section).joined()
    ).text
  }

  private static let style = """
    :root { --ink: #1b1f24; --faint: #5b6470; --grid: #e3e6ea; --page: #f6f7f9; --card: #ffffff; --good: #157347;
    --fair: #9a5b00; }
    @media (prefers-color-scheme: dark) {
    :root { --ink: #e8eaed; --faint: #9aa3af; --grid: #32373f; --page: #0f1215; --card: #15181c; --good: #5ccb93;
    --fair: #e0a458; }
    }
    body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 4rem; background: var(--page); color: var(--ink);
    font: 16px/1.5 system-ui, sans-serif; }
    h1 { font-size: 1.7rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 0; }
    p { margin: .25rem 0; color: var(--faint); }
    .wide { overflow-x: auto; margin: 1.5rem 0; background: var(--card); border: 1px solid var(--grid);
    border-radius: 8px; }
    table { border-collapse: collapse; width: 100%; font-size: .92rem; }
    th, td { text-align: left; padding: .55rem .8rem; border-bottom: 1px solid var(--grid); vertical-align: top; }
    tr:last-child td { border-bottom: 0; } th { color: var(--faint); font-weight: 600; }
    td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .good { color: var(--good); font-weight: 600; } .fair { color: var(--fair); font-weight: 600; }
    section { background: var(--card); border: 1px solid var(--grid); border-radius: 8px; padding: 1rem 1.2rem;
    margin: 1.2rem 0; }
    section svg { width: 100%; height: auto; margin-top: .6rem; }
    """

  private func row(_ outcome: DemoOutcome) -> String {
    let document = outcome.document
    let cells = [
      "<td>\(escaped(outcome.example.title))</td>", "<td>\(escaped(document.problem.kind))</td>",
      "<td class=\"\(document.status.isStatement ? "good" : "fair")\">\(document.status.rawValue)</td>",
      "<td class=\"number\">\(Numbers.short(document.objective, digits: 9))</td>",
      "<td>\(escaped(DemoReport.checked(document)))</td>", "<td>\(escaped(document.method.name))</td>",
      "<td class=\"number\">\(escaped(Numbers.time(document.seconds)))</td>",
    ]
    return "<tr>\(cells.joined())</tr>\n"
  }

  private func section(_ outcome: DemoOutcome) -> String {
    var plot = ConvergencePlot(document: outcome.document, samples: outcome.samples)
    plot.title = "\(outcome.document.method.name): \(outcome.document.status.rawValue)"
    plot.subtitle = outcome.document.objective.map { "objective \(Numbers.short($0, digits: 10))" } ?? ""
    return """
      <section>
      <h2>\(escaped(outcome.example.title))</h2>
      <p>\(escaped(outcome.example.story)) \(escaped(sizes(outcome.document.problem)))</p>
      \(plot.svg)</section>

      """
  }

  private func sizes(_ problem: ResultDocument.ProblemSummary) -> String {
    var parts = [Numbers.counted(problem.variables, "variable")]
    if problem.constraints > 0 { parts.append(Numbers.counted(problem.constraints, "row")) }
    return parts.joined(separator: ", ") + "."
  }

  /// What was checked, with the voucher of the bound.
  static func checked(_ document: ResultDocument) -> String {
    let checked = ResultText(document: document).checked
    guard case .reported(let source) = document.certificate.bound else { return checked }
    return "\(checked); bound reported by \(source)"
  }
}
