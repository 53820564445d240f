// SPDX-License-Identifier: Apache-2.0
import Gradus

/// What a look at a standard form shows: sizes, structure, and what may give a solver trouble.
struct FormInspection {
  let form: StandardForm

  /// Sizes and structure, as names with counts; what does not occur is left out.
  var structure: [(name: String, count: Int)] {
    var counts = [
      ("variables", form.variableCount), ("integer", form.kinds.count { $0 == .integer }),
      ("binary", form.kinds.indices.count { isBinary($0) }),
      ("semi-continuous", form.kinds.count { $0 == .semicontinuous || $0 == .semiinteger }),
      ("free", form.kinds.indices.count { form.columnLower[$0] == -.infinity && form.columnUpper[$0] == .infinity }),
      ("fixed", form.kinds.indices.count { form.columnLower[$0] == form.columnUpper[$0] }),
      ("rows", form.constraintCount), ("equality rows", rows.count { form.rowLower[$0] == form.rowUpper[$0] }),
      ("ranged rows", rows.count { isRanged($0) }), ("nonzeros", form.matrix.entryCount),
      ("quadratic entries", form.quadratic?.entryCount ?? 0), ("quadratic rows", form.quadraticTerms.count),
      ("special ordered sets", form.specialOrderedSets.count), ("indicators", form.indicators.count),
    ]
    counts.removeAll { $0.1 == 0 && !["variables", "rows", "nonzeros"].contains($0.0) }
    return counts
  }

  private var rows: Range<Int> { 0..<form.constraintCount }

  private func isBinary(_ j: Int) -> Bool {
    form.kinds[j] == .integer && form.columnLower[j] == 0 && form.columnUpper[j] == 1
  }

  private func isRanged(_ i: Int) -> Bool {
    form.rowLower[i].isFinite && form.rowUpper[i].isFinite && form.rowLower[i] < form.rowUpper[i]
  }

  /// Smallest and largest magnitude of a group of numbers that are neither 0 nor infinite.
  private func span(_ numbers: some Sequence<Double>) -> (low: Double, high: Double)? {
    var low = Double.infinity
    var high = 0.0
    for number in numbers where number != 0 && number.isFinite {
      low = min(low, abs(number))
      high = max(high, abs(number))
    }
    return high > 0 ? (low, high) : nil
  }

  /// The magnitudes of each group of coefficients.
  var ranges: [(name: String, low: Double, high: Double)] {
    let groups: [(String, (low: Double, high: Double)?)] = [
      ("matrix", span(form.matrix.values)), ("objective", span(form.costs)),
      ("row sides", span([form.rowLower, form.rowUpper].joined())),
      ("bounds", span([form.columnLower, form.columnUpper].joined())),
      ("quadratic", form.quadratic.flatMap { span($0.values) }),
    ]
    return groups.compactMap { name, range in range.map { (name, $0.low, $0.high) } }
  }

  /// What a modeler may want to look at, each in one sentence.
  var warnings: [String] {
    var warnings: [String] = []
    for range in ranges where range.high / range.low > 1e7 {
      warnings.append(
        "\(range.name) coefficients span \(Numbers.short(range.low, digits: 2)) to "
          + "\(Numbers.short(range.high, digits: 2)): consider other units")
    }
    let contradictory = form.columnLower.indices.first { form.columnLower[$0] > form.columnUpper[$0] }
    if let contradictory { warnings.append("the bounds of \(form.columnNames[contradictory]) contradict each other") }
    let crossed = rows.first { form.rowLower[$0] > form.rowUpper[$0] }
    if let crossed { warnings.append("the sides of row \(form.rowNames[crossed]) contradict each other") }
    return warnings + bigMWarnings + rowWarnings
  }

  /// Rows in which a binary variable carries a coefficient a thousand times larger than all others.
  private var bigMWarnings: [String] {
    var largest = [Double](repeating: 0, count: form.constraintCount)
    var binary = [Double](repeating: 0, count: form.constraintCount)
    for j in 0..<form.variableCount {
      let isBinary = isBinary(j)
      for k in Int(form.matrix.starts[j])..<Int(form.matrix.starts[j + 1]) {
        let i = Int(form.matrix.rows[k])
        let value = abs(form.matrix.values[k])
        if isBinary { binary[i] = max(binary[i], value) } else { largest[i] = max(largest[i], value) }
      }
    }
    let suspects = rows.filter { largest[$0] > 0 && binary[$0] >= 1e3 * largest[$0] }
    guard let first = suspects.first else { return [] }
    return [
      "\(Numbers.counted(suspects.count, "row")) with a big-M (such as \(form.rowNames[first]), "
        + "\(Numbers.short(binary[first])) on a binary variable): a smaller constant or an indicator is safer"
    ]
  }

  /// Rows without entries, without sides, and rows with a single entry, which could be bounds.
  private var rowWarnings: [String] {
    var counts = [Int](repeating: 0, count: form.constraintCount)
    for i in form.matrix.rows { counts[Int(i)] += 1 }
    for term in form.quadraticTerms where rows.contains(term.row) { counts[term.row] += 2 }
    var warnings: [String] = []
    func warn(_ suspects: [Int], _ words: String) {
      guard let first = suspects.first else { return }
      warnings.append("\(Numbers.counted(suspects.count, "row")) \(words) (such as \(form.rowNames[first]))")
    }
    warn(rows.filter { counts[$0] == 0 }, "without entries")
    warn(rows.filter { form.rowLower[$0] == -.infinity && form.rowUpper[$0] == .infinity }, "without a side: redundant")
    warn(rows.filter { counts[$0] == 1 }, "with a single entry: these could be bounds")
    return warnings
  }
}
