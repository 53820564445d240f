// SPDX-License-Identifier: Apache-2.0
package import GradusCore
internal import GradusNumerics

/// Writes free-format `.mps` files that `MPSReader` reads back as the same problem, and HiGHS, CPLEX and others read.
///
/// Names with blanks are percent-encoded (`NameEncoding`): fixed format has no room for long numbers. Integer columns
/// stand between markers and state their bounds, because programs differ in the defaults. A free row is an L row with
/// the right-hand side 1e30. Numbers are the shortest that read back the same.
package struct MPSWriter {
  private let form: StandardForm
  private let file: String
  private var names: WrittenNames
  private var text = TextBuffer()
  private var losses: [ConversionLoss] = []

  package static func write(
    _ form: StandardForm, file: String
  ) throws(WriteError) -> (bytes: [UInt8], losses: [ConversionLoss]) {
    var writer = try MPSWriter(form, file)
    try writer.writeAll()
    return (writer.text.bytes, writer.names.losses + writer.losses)
  }

  private init(_ form: StandardForm, _ file: String) throws(WriteError) {
    self.form = form
    self.file = file
    names = try MPSWriter.names(form, file: file)
  }

  /// The names as free format can hold them.
  static func names(_ form: StandardForm, file: String) throws(WriteError) -> WrittenNames {
    try WrittenNames(
      form, file: file, isLegal: { $0.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } && $0 != "'MARKER'" },
      isAllowed: { name, i, byte in byte > 0x20 && byte != 0x7F && !(i == 0 && name == "'MARKER'") })
  }

  private mutating func writeAll() throws(WriteError) {
    if names.isEncoded { text.append("* \(NameEncoding.remark)\n") }
    text.append("NAME \(names.problem)\n")
    if form.sense == .maximize { text.append("OBJSENSE\n    MAX\n") }
    let sides = try rowSides()
    text.append("ROWS\n N \(names.objective)\n")
    for (i, side) in sides.enumerated() { text.append(" \(side.type) \(names.rows[i])\n") }
    writeColumns()
    let set = unused("RHS", names.rows)
    text.append("RHS\n")
    if form.objectiveOffset != 0 { line(set, names.objective, -form.objectiveOffset) }
    for (i, side) in sides.enumerated() where side.value != 0 { line(set, names.rows[i], side.value) }
    if sides.contains(where: { $0.range != nil }) {
      let set = unused("RNG", names.rows)
      text.append("RANGES\n")
      for (i, side) in sides.enumerated() { if let range = side.range { line(set, names.rows[i], range) } }
    }
    writeBounds()
    try writeQuadratic()
    writeSets()
    if !form.indicators.isEmpty {
      text.append("INDICATORS\n")
      for indicator in form.indicators {
        text.append(
          " IF \(names.rows[indicator.row]) \(names.columns[indicator.column]) \(indicator.active ? 1 : 0)\n")
      }
    }
    text.append("ENDATA\n")
    losses += form.lossesBeyondInfinity()
  }

  private mutating func line(_ a: String, _ b: String, _ value: Double) {
    text.append("    \(a) \(b) ")
    text.append(value)
    text.append("\n")
  }

  /// The name of a set of sides or bounds, which some programs confuse with a row or column of the same name.
  private func unused(_ wish: String, _ taken: [String]) -> String {
    var name = wish
    while taken.contains(name) { name += "_" }
    return name
  }

  private mutating func rowSides() throws(WriteError) -> [(type: String, value: Double, range: Double?)] {
    var sides: [(type: String, value: Double, range: Double?)] = []
    for i in 0..<form.constraintCount {
      let low = form.rowLower[i]
      let high = form.rowUpper[i]
      if low == high {
        sides.append(("E", low, nil))
      } else if low == -.infinity {
        sides.append(("L", high == .infinity ? 1e30 : high, nil))
      } else if high == .infinity {
        sides.append(("G", low, nil))
      } else {
        sides.append(try rangeSide(i, low, high))
      }
    }
    return sides
  }

  /// A range R that gives back both sides, seen from the lower or the upper side. Rarely none does so exactly: then the
  /// larger side is off by its last bit, and a loss says so.
  private mutating func rangeSide(
    _ i: Int, _ low: Double, _ high: Double
  ) throws(WriteError) -> (type: String, value: Double, range: Double?) {
    guard low < high, low.isFinite, high.isFinite else {
      throw WriteError(
        file: file, cause: "the row \(form.rowNames[i]) has the lower side \(low) above the upper side \(high)",
        remedy: "write an .lp file, or correct the row")
    }
    let range = high - low
    for candidate in [range, range.nextUp, range.nextDown] {
      if low + candidate == high { return ("G", low, candidate) }
      if high - candidate == low { return ("L", high, candidate) }
    }
    // The error is one bit of the side that is larger in magnitude.
    let isUpper = abs(high) > abs(low)
    let (side, became) = isUpper ? (high, low + range) : (low, high - range)
    losses.append(ConversionLoss(part: "sides", detail: "the side \(side) of \(form.rowNames[i]) becomes \(became)"))
    return isUpper ? ("G", low, range) : ("L", high, range)
  }

  private mutating func writeColumns() {
    text.append("COLUMNS\n")
    var isInteger = false
    var markers = 0
    for j in 0..<form.variableCount {
      if (form.kinds[j] == .integer) != isInteger {
        isInteger.toggle()
        markers += 1
        text.append("    MARKER\(markers) 'MARKER' '\(isInteger ? "INTORG" : "INTEND")'\n")
      }
      let range = form.matrix.range(ofColumn: j)
      if form.costs[j] != 0 || range.isEmpty { line(names.columns[j], names.objective, form.costs[j]) }
      for p in range { line(names.columns[j], names.rows[Int(form.matrix.rows[p])], form.matrix.values[p]) }
    }
    if isInteger { text.append("    MARKER\(markers + 1) 'MARKER' 'INTEND'\n") }
  }

  private mutating func writeBounds() {
    let set = unused("BND", names.columns)
    var isFirst = true
    for j in 0..<form.variableCount {
      let low = form.columnLower[j]
      let high = form.columnUpper[j]
      var lines: [(String, Double?)] = []
      switch form.kinds[j] {
      case .integer where low == 0 && high == 1: lines = [("BV", nil)]
      case .integer, .continuous:
        if low == high {
          lines = [("FX", low)]
        } else if low == -.infinity && high == .infinity {
          lines = [("FR", nil)]
        } else {
          if low == -.infinity { lines.append(("MI", nil)) } else if low != 0 || high < 0 { lines.append(("LO", low)) }
          if high != .infinity {
            lines.append(("UP", high))
          } else if form.kinds[j] == .integer {
            lines.append(("PL", nil))
          }
        }
      case .semicontinuous, .semiinteger:
        if low == -.infinity { lines.append(("MI", nil)) } else if low != 0 { lines.append(("LO", low)) }
        lines.append((form.kinds[j] == .semiinteger ? "SI" : "SC", high == .infinity ? 1e30 : high))
      }
      for (type, value) in lines {
        if isFirst { text.append("BOUNDS\n") }
        isFirst = false
        text.append(" \(type) \(set) \(names.columns[j])")
        if let value {
          text.append(" ")
          text.append(value)
        }
        text.append("\n")
      }
    }
  }

  private mutating func writeQuadratic() throws(WriteError) {
    if let quadratic = form.quadratic {
      text.append("QUADOBJ\n")
      for j in 0..<form.variableCount {
        for p in quadratic.range(ofColumn: j) where Int(quadratic.rows[p]) >= j {
          line(names.columns[j], names.columns[Int(quadratic.rows[p])], quadratic.values[p])
        }
      }
    }
    for term in form.quadraticTerms {
      text.append("QCMATRIX \(names.rows[term.row])\n")
      for j in 0..<form.variableCount {
        for p in term.matrix.range(ofColumn: j) {
          line(names.columns[j], names.columns[Int(term.matrix.rows[p])], 0.5 * term.matrix.values[p])
        }
      }
    }
  }

  private mutating func writeSets() {
    if form.specialOrderedSets.isEmpty { return }
    text.append("SOS\n")
    for (set, name) in zip(form.specialOrderedSets, names.sets) {
      text.append(" S\(set.kind.rawValue) \(name)\(set.priority == 0 ? "" : " \(set.priority)")\n")
      for (j, weight) in zip(set.columns, set.weights) {
        text.append("    \(names.columns[j]) ")
        text.append(weight)
        text.append("\n")
      }
    }
  }
}
