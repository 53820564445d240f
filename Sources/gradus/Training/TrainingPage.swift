// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// A training as one page: its loss, what it came to, and what the network looks like.
struct TrainingPage {
  let title: String
  let remark: String
  /// Of the loss over steps; nil where nothing was trained.
  let curve: String?
  /// Names and values of the spec and of the end.
  let figures: [(name: String, value: String)]
  let spec: [(name: String, value: String)]
  let diagnostics: TrainingDiagnostics?

  var html: String {
    var page = HTMLPage(title, remark: escaped(remark))
    if let curve {
      page.add(heading: "Loss")
      page.add(picture: curve)
    }
    page.add(heading: "Result")
    page.add(table(figures))
    if let result = diagnostics?.result { add(result, to: &page) }
    if let entries = diagnostics?.entries, entries.count > 1 { add(entries, to: &page) }
    page.add(heading: "Spec")
    page.add(table(spec))
    return page.text
  }

  private func table(_ rows: [(name: String, value: String)]) -> Table {
    var table = Table(["name", "value"])
    table.rows = rows.map { [$0.name, $0.value] }
    return table
  }

  private func add(_ entry: TrainingDiagnostics.Entry, to page: inout HTMLPage) {
    let diagnosis = entry.diagnosis
    let text = DiagnosisText(diagnosis: diagnosis)
    page.add(heading: "Diagnosis")
    page.add(
      paragraph: "Of the result, on \(Numbers.counted(diagnosis.observations, "observation")) of those learned from. "
        + "Eigenvalues lie within their errors; traces have standard errors; the rise is the largest that was found.")
    page.add(table(text.figures))
    let values = diagnosis.eigenvalues + (diagnosis.eigenvalues.count > 1 ? [diagnosis.smallest] : [])
    page.add(
      picture: DiagnosisPlot.bars(
        "eigenvalues of the Hessian: the largest, and the smallest",
        values.enumerated().map { k, estimate in
          (k == values.count - 1 && k > 0 ? "smallest" : "λ\(k + 1)", estimate.value, nil)
        }))
    page.add(heading: "Tensors")
    page.add(
      picture: DiagnosisPlot.bars(
        "effective rank of weights, in gray the largest possible",
        diagnosis.tensors.filter { $0.shape.count > 1 }.map { tensor in
          let rows = tensor.shape[0]
          return (tensor.name, tensor.rank, Double(min(rows, tensor.shape.reduce(1, *) / max(1, rows))))
        }))
    if diagnosis.tensors.contains(where: { $0.update != nil }) {
      page.add(
        picture: DiagnosisPlot.bars(
          "size of the last update: log₁₀ |Δθ|/|θ|; −3 is usual",
          diagnosis.tensors.map { ($0.name, $0.update.flatMap { $0 > 0 ? logarithm($0) : nil }, nil) }))
    }
    page.add(text.tensors)
    page.add(heading: "What layers see")
    page.add(picture: DiagnosisPlot.alignment(diagnosis))
    page.add(
      picture: DiagnosisPlot.bars(
        "effective rank of what layers see, in gray the largest possible",
        diagnosis.representations.map { ($0.name, $0.rank, Double($0.width)) }))
  }

  private func add(_ entries: [TrainingDiagnostics.Entry], to page: inout HTMLPage) {
    page.add(heading: "On the way")
    func course(_ title: String, _ value: (NetworkDiagnosis) -> Double?) {
      let points = entries.compactMap { entry in value(entry.diagnosis).map { (step: entry.step, value: $0) } }
      if points.count > 1 { page.add(picture: DiagnosisPlot.course(title, points)) }
    }
    course("largest eigenvalue") { $0.eigenvalues.first?.value }
    course("trace of the Hessian") { $0.hessianTrace.value }
    course("sharpness") { $0.sharpness.rise }
    course("critical batch") { $0.noise.criticalBatch }
  }
}
