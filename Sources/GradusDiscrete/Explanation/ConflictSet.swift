// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Rows of a form, and columns whose bounds count; everything else is let go.
struct ConflictSet: Hashable {
  /// Ascending.
  var rows: [Int]
  var bounds: [Int]

  enum Member: Hashable { case row(Int), bound(Int) }

  var members: [Member] { rows.map { .row($0) } + bounds.map { .bound($0) } }
  var count: Int { rows.count + bounds.count }

  func without(_ member: Member) -> ConflictSet {
    switch member {
    case .row(let i): ConflictSet(rows: rows.filter { $0 != i }, bounds: bounds)
    case .bound(let j): ConflictSet(rows: rows, bounds: bounds.filter { $0 != j })
    }
  }

  /// Everything in the form that can restrict a point.
  static func all(_ form: StandardForm) -> ConflictSet {
    ConflictSet(
      rows: (0..<form.constraintCount).filter { form.rowLower[$0].isFinite || form.rowUpper[$0].isFinite },
      bounds: form.costs.indices.filter { form.columnLower[$0].isFinite || form.columnUpper[$0].isFinite })
  }

  /// The rows and bounds that a Farkas ray uses, without what is rounding noise in it; nil when it proves nothing.
  static func support(of ray: [Double], in form: StandardForm, within set: ConflictSet) -> ConflictSet? {
    let part = set.program(in: form)
    let local = part.rows.map { ray[$0] }
    guard let proof = FarkasProof(part.form, ray: local) else { return nil }
    // Noise is what can be left out of the proof without spoiling it.
    for threshold in [1e-9, 1e-12, 0] {
      let y = proof.multipliers.map { abs($0) <= threshold ? 0 : $0 }
      var combined = [Double](repeating: 0, count: part.form.variableCount)
      var size = combined
      for j in combined.indices {
        for p in part.form.matrix.range(ofColumn: j) {
          let term = part.form.matrix.values[p] * y[Int(part.form.matrix.rows[p])]
          combined[j] += term
          size[j] += abs(term)
        }
      }
      let bounds = Set(set.bounds)
      let support = ConflictSet(
        rows: y.indices.filter { y[$0] != 0 }.map { part.rows[$0] },
        bounds: combined.indices.filter { abs(combined[$0]) > threshold * size[$0] }.map { part.columns[$0] }
          .filter { bounds.contains($0) })
      let rest = support.program(in: form)
      var weights = [Double](repeating: 0, count: form.constraintCount)
      for (k, i) in part.rows.enumerated() { weights[i] = y[k] }
      if FarkasProof(rest.form, ray: rest.rows.map { weights[$0] }) != nil { return support }
    }
    // A proof that needs its rounding noise keeps every bound of the columns it touches.
    let rows = proof.multipliers.indices.filter { proof.multipliers[$0] != 0 }.map { part.rows[$0] }
    let touched = Set(ConflictSet(rows: rows, bounds: []).program(in: form).columns)
    return ConflictSet(rows: rows, bounds: set.bounds.filter { touched.contains($0) })
  }

  /// The program of these rows over the columns they use, free where the bounds do not count, with nothing to optimize.
  func program(in form: StandardForm) -> (form: StandardForm, rows: [Int], columns: [Int]) {
    var place = [Int32](repeating: -1, count: form.constraintCount)
    for (k, i) in rows.enumerated() { place[i] = Int32(k) }
    let bounded = Set(bounds)
    var starts: [Int32] = [0]
    var entries: [Int32] = []
    var values: [Double] = []
    var columns: [Int] = []
    for j in form.costs.indices {
      let before = entries.count
      for p in form.matrix.range(ofColumn: j) where form.matrix.values[p] != 0 {
        let k = place[Int(form.matrix.rows[p])]
        if k >= 0 {
          entries.append(k)
          values.append(form.matrix.values[p])
        }
      }
      if entries.count > before || bounded.contains(j) {
        columns.append(j)
        starts.append(Int32(entries.count))
      }
    }
    let matrix = SparseMatrix(
      rowCount: rows.count, columnCount: columns.count, starts: starts, rows: entries, values: values)
    let program = StandardForm(
      costs: [Double](repeating: 0, count: columns.count), matrix: matrix, rowLower: rows.map { form.rowLower[$0] },
      rowUpper: rows.map { form.rowUpper[$0] },
      columnLower: columns.map { bounded.contains($0) ? form.columnLower[$0] : -.infinity },
      columnUpper: columns.map { bounded.contains($0) ? form.columnUpper[$0] : .infinity })
    return (program, rows, columns)
  }
}
