// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// A diagnosis as a person reads it in a terminal.
struct DiagnosisText {
  let diagnosis: NetworkDiagnosis

  static func number(_ value: Double?) -> String { Numbers.short(value, digits: 3) }

  private func number(_ value: Double?) -> String { Self.number(value) }

  private func number(_ estimate: NetworkDiagnosis.Estimate) -> String {
    "\(number(estimate.value)) ± \(Numbers.short(estimate.error, digits: 2))"
  }

  /// Names and what there is to say of them.
  var figures: [(name: String, value: String)] {
    let d = diagnosis
    return [
      ("loss", "\(Numbers.short(d.loss)), gradient \(number(d.gradientNorm))"),
      (
        "eigenvalues",
        d.eigenvalues.map { number($0) }.joined(separator: ", ") + "; the smallest \(number(d.smallest))"
      ),
      ("trace", "Hessian \(number(d.hessianTrace)), Gauss–Newton \(number(d.gaussNewtonTrace))"),
      (
        "sharpness",
        "the loss rises by \(number(d.sharpness.rise)) within \(number(d.sharpness.radius)), "
          + "by \(number(d.sharpness.gradientRise)) along the gradient"
      ),
      (
        "noise",
        "tr Σ = \(number(d.noise.variance)); "
          + (d.noise.criticalBatch.map { "a batch of \(number(max(1, $0.rounded()))) has as much noise as gradient" }
            ?? "the gradient is not told from zero")
      ),
    ]
  }

  /// Of each tensor its shape, rank, distance from the start and last update.
  var tensors: Table {
    var table = Table(["tensor", "shape", "rank", "moved", "last update"], numeric: [2, 3, 4])
    for tensor in diagnosis.tensors {
      table.rows.append([
        tensor.name, tensor.shape.map { "\($0)" }.joined(separator: "×"), number(tensor.rank),
        number(tensor.distance), number(tensor.update),
      ])
    }
    return table
  }

  /// Of each layer what it sees; the alignment with each other where there are few enough.
  var representations: Table {
    let shown = diagnosis.representations.count <= 8 ? diagnosis.representations.count : 0
    var table = Table(
      ["seen by", "width", "rank", "CKA: start"] + (0..<shown).map { "\($0 + 1)" },
      numeric: Set(1...(3 + shown)))
    for (k, layer) in diagnosis.representations.enumerated() {
      let name = (shown > 0 ? "\(k + 1) " : "") + layer.name
      table.rows.append(
        [name, "\(layer.width)", number(layer.rank), number(layer.start)]
          + diagnosis.alignment[k].prefix(shown).map { number($0) })
    }
    return table
  }

  var lines: [String] {
    func indented(_ table: Table) -> String {
      table.text.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
    }
    return ["\ndiagnosis on \(Numbers.counted(diagnosis.observations, "observation"))"]
      + figures.map { "  " + $0.name + String(repeating: " ", count: max(1, 13 - $0.name.count)) + $0.value }
      + ["", indented(tensors), "", indented(representations)]
  }
}
