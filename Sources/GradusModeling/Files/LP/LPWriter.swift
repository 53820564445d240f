// SPDX-License-Identifier: Apache-2.0
package import GradusCore
internal import GradusNumerics

/// Writes `.lp` files that `LPReader` reads back as the same problem.
///
/// Variables get their order from where they are first mentioned; where that would change it, the objective mentions
/// all of them, some with the coefficient 0. Names that the format cannot hold are percent-encoded (`NameEncoding`).
package struct LPWriter {
  private let form: StandardForm
  private let file: String
  private var names: WrittenNames
  private var text = TextBuffer()
  private var lineLength = 0
  private var losses: [ConversionLoss] = []

  package static func write(
    _ form: StandardForm, file: String
  ) throws(WriteError) -> (bytes: [UInt8], losses: [ConversionLoss]) {
    var writer = try LPWriter(form, file)
    try writer.writeAll()
    return (writer.text.bytes, writer.names.losses + writer.losses)
  }

  private init(_ form: StandardForm, _ file: String) throws(WriteError) {
    self.form = form
    self.file = file
    names = try WrittenNames(form, file: file, isLegal: LPWriter.isLegal) { name, i, byte in
      LPWriter.isPlain(byte) && (i > 0 || !LPWriter.mustHideStart(name))
    }
  }

  private static func isPlain(_ byte: UInt8) -> Bool { LPScanner.isNameByte(byte) && byte < 0x80 }

  /// True when every LP reader takes the name for a name.
  static func isLegal(_ name: String) -> Bool { name.utf8.allSatisfy(isPlain) && !mustHideStart(name) }

  /// Names that begin as a number does, and words of the language.
  private static func mustHideStart(_ name: String) -> Bool {
    let bytes = Array(name.utf8.prefix(2))
    guard let first = bytes.first else { return true }
    if 0x30...0x39 ~= first || first == 0x2E { return true }
    if first | 0x20 == 0x65, bytes.count == 1 || 0x30...0x39 ~= bytes[1] || bytes[1] | 0x20 == 0x65 { return true }
    return reserved.contains(name.lowercased())
  }

  private static let reserved: Set<String> = {
    var words: Set<String> = ["free", "inf", "infinity", "subject", "such", "lazy", "user", "to", "that", "s1", "s2"]
    for (word, _) in LPSection.words { words.insert(word) }
    return words
  }()

  private mutating func writeAll() throws(WriteError) {
    guard form.variableCount > 0 else {
      throw WriteError(file: file, cause: "the problem has no variables", remedy: "write an .mps file")
    }
    if names.isEncoded { text.append("\\ \(NameEncoding.remark)\n") }
    if !names.problem.isEmpty { text.append("\\Problem name: \(names.problem)\n") }
    text.append(form.sense == .maximize ? "Maximize\n" : "Minimize\n")
    writeObjective()
    text.append("Subject To\n")
    writeRows()
    writeBounds()
    let columns = form.kinds.indices
    writeSection("General", columns.filter { form.kinds[$0].isIntegral && !isBinary($0) })
    writeSection("Binary", columns.filter(isBinary))
    writeSection(
      "Semi-Continuous", columns.filter { form.kinds[$0] == .semicontinuous || form.kinds[$0] == .semiinteger })
    writeSets()
    text.append("End\n")
    losses += form.lossesBeyondInfinity()
  }

  private func isBinary(_ j: Int) -> Bool {
    form.kinds[j] == .integer && form.columnLower[j] == 0 && form.columnUpper[j] == 1
  }

  private mutating func begin(_ label: String) {
    text.append(" \(label):")
    lineLength = label.utf8.count + 2
  }

  /// One term; lines are broken before 200 bytes, far below the 560 that CPLEX allows.
  private mutating func term(_ value: Double, _ factor: String) {
    let number = abs(value) == 1 && !factor.isEmpty ? "" : TextBuffer.shortest(abs(value)) + (factor.isEmpty ? "" : " ")
    let piece = " \(value < 0 ? "-" : "+") \(number)\(factor)"
    if lineLength + piece.utf8.count > 200 {
      text.append("\n   ")
      lineLength = 3
    }
    text.append(piece)
    lineLength += piece.utf8.count
  }

  private mutating func writeObjective() {
    begin(names.objective)
    let all = !keepsOrder()
    for j in 0..<form.variableCount where all || form.costs[j] != 0 { term(form.costs[j], names.columns[j]) }
    if let quadratic = form.quadratic {
      products(quadratic, diagonal: 1, outside: 2)
      text.append(" / 2")
    }
    if form.objectiveOffset != 0 { term(form.objectiveOffset, "") }
    text.append("\n")
  }

  /// True when reading the file meets the columns in their order without help.
  private func keepsOrder() -> Bool {
    if form.costs.allSatisfy({ $0 != 0 }) { return true }
    if form.quadratic != nil || !form.quadraticTerms.isEmpty || !form.indicators.isEmpty { return false }
    var next = 0
    var isSeen = [Bool](repeating: false, count: form.variableCount)
    func mention(_ j: Int) -> Bool {
      if isSeen[j] { return true }
      isSeen[j] = true
      next += 1
      return j == next - 1
    }
    for j in 0..<form.variableCount where form.costs[j] != 0 { if !mention(j) { return false } }
    let byRow = form.matrix.transposed()
    for j in byRow.rows { if !mention(Int(j)) { return false } }
    return next == form.variableCount
  }

  /// ` + [ … ]` with the entries of one triangle.
  private mutating func products(_ matrix: SparseMatrix, diagonal: Double, outside: Double) {
    text.append(" + [")
    lineLength += 4
    for j in 0..<matrix.columnCount {
      for p in matrix.range(ofColumn: j) where Int(matrix.rows[p]) >= j {
        let i = Int(matrix.rows[p])
        if i == j {
          term(diagonal * matrix.values[p], "\(names.columns[j]) ^ 2")
        } else {
          term(outside * matrix.values[p], "\(names.columns[j]) * \(names.columns[i])")
        }
      }
    }
    text.append(" ]")
    lineLength += 2
  }

  private mutating func writeRows() {
    let byRow = form.matrix.transposed()
    var quadratic: [Int: SparseMatrix] = [:]
    for term in form.quadraticTerms { quadratic[term.row] = term.matrix }
    var indicators: [Int: Indicator] = [:]
    for indicator in form.indicators { indicators[indicator.row] = indicator }
    for i in 0..<form.constraintCount {
      begin(names.rows[i])
      if let indicator = indicators[i] {
        text.append(" \(names.columns[indicator.column]) = \(indicator.active ? 1 : 0) ->")
      }
      let low = form.rowLower[i]
      let high = form.rowUpper[i]
      let isRange = low != high && low.isFinite && high.isFinite
      if isRange { text.append(" \(TextBuffer.shortest(low)) <=") }
      for p in byRow.range(ofColumn: i) { term(byRow.values[p], names.columns[Int(byRow.rows[p])]) }
      if let matrix = quadratic[i] {
        products(matrix, diagonal: 0.5, outside: 1)
      } else if byRow.range(ofColumn: i).isEmpty {
        term(0, names.columns[0])
      }
      if low == high {
        text.append(" = \(TextBuffer.shortest(low))\n")
      } else if isRange || high.isFinite {
        text.append(" <= \(TextBuffer.shortest(high))\n")
      } else {
        text.append(" >= \(low.isFinite ? TextBuffer.shortest(low) : "-1e+30")\n")
      }
    }
  }

  private mutating func writeBounds() {
    text.append("Bounds\n")
    for j in 0..<form.variableCount where !isBinary(j) {
      let low = form.columnLower[j]
      let high = form.columnUpper[j]
      let name = names.columns[j]
      if low == 0 && high == .infinity { continue }
      if low == -.infinity && high == .infinity {
        text.append(" \(name) free\n")
      } else if low == high {
        text.append(" \(name) = \(TextBuffer.shortest(low))\n")
      } else if high == .infinity {
        text.append(" \(name) >= \(TextBuffer.shortest(low))\n")
      } else {
        text.append(" \(low == -.infinity ? "-inf" : TextBuffer.shortest(low)) <= \(name)")
        text.append(" <= \(TextBuffer.shortest(high))\n")
      }
    }
  }

  private mutating func writeSection(_ title: String, _ members: [Int]) {
    if members.isEmpty { return }
    text.append("\(title)\n")
    for j in members { text.append(" \(names.columns[j])\n") }
  }

  private mutating func writeSets() {
    if form.specialOrderedSets.isEmpty { return }
    text.append("SOS\n")
    for (set, name) in zip(form.specialOrderedSets, names.sets) {
      begin(name)
      text.append(" S\(set.kind.rawValue)::")
      for (j, weight) in zip(set.columns, set.weights) {
        text.append(" \(names.columns[j]):\(TextBuffer.shortest(weight))")
      }
      text.append("\n")
      if set.priority != 0 {
        losses.append(ConversionLoss(part: "sets", detail: "the priority \(set.priority) of \(name) is left out"))
      }
    }
  }
}
