// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Every instance, read, written and read again, is the same problem in every format.
@Suite struct RoundTripTests {
  @Test(.enabled(if: SharedData.isThere, "\(SharedData.reason)"), arguments: SharedData.models)
  func instance(_ file: String) throws {
    let form = try ModelFile.read(path: SharedData.path(file))
    for format in ModelFormat.linear {
      let (bytes, _) = try ModelFile.text(of: form, format: format)
      let again = try ModelFile.parse(text: String(decoding: bytes, as: UTF8.self), format: format).form
      #expect(again.difference(from: form) == nil, "\(format)")
    }
  }

  @Test(.enabled(if: SharedData.isThere, "\(SharedData.reason)"), arguments: ["lp", "mip", "qp"])
  func sizesAgreeWithTheIndex(_ family: String) throws {
    for row in SharedData.index(family) {
      guard let file = row["file"] else { continue }
      let form = try ModelFile.read(path: SharedData.path("\(family)/\(file)"))
      #expect(form.constraintCount == row["rows"].flatMap { Int($0) }, "\(file)")
      #expect(form.variableCount == row["cols"].flatMap { Int($0) }, "\(file)")
      // HiGHS, which made the first two tables, leaves out coefficients up to 1e-9 in magnitude.
      let smallest = family == "qp" ? 0 : 1e-9
      #expect(form.matrix.values.count { abs($0) > smallest } == row["nnz"].flatMap { Int($0) }, "\(file)")
      if let integers = row["integers"] { #expect(form.integerCount == Int(integers), "\(file)") }
      if let entries = row["qnnz"] { #expect(form.quadratic?.triangleCount ?? 0 == Int(entries), "\(file)") }
    }
  }
}

extension SparseMatrix {
  /// The entries on and below the diagonal.
  var triangleCount: Int {
    (0..<columnCount).reduce(0) { sum, j in sum + range(ofColumn: j).count { Int(rows[$0]) >= j } }
  }
}

extension StandardForm {
  /// The first part that differs, for a readable failure.
  func difference(from other: StandardForm) -> String? {
    if name != other.name { return "name: \(name) instead of \(other.name)" }
    if sense != other.sense { return "sense" }
    if objectiveName != other.objectiveName { return "objective: \(objectiveName) instead of \(other.objectiveName)" }
    if objectiveOffset != other.objectiveOffset { return "offset" }
    if Array(rowNames) != Array(other.rowNames) { return "row names" }
    if Array(columnNames) != Array(other.columnNames) { return "column names" }
    if costs != other.costs { return "costs" }
    if matrix != other.matrix { return "matrix" }
    if rowLower != other.rowLower || rowUpper != other.rowUpper { return "sides" }
    if columnLower != other.columnLower || columnUpper != other.columnUpper { return "bounds" }
    if kinds != other.kinds { return "kinds" }
    if quadratic != other.quadratic { return "quadratic objective" }
    if quadraticTerms != other.quadraticTerms { return "quadratic rows" }
    if specialOrderedSets != other.specialOrderedSets { return "sets" }
    if indicators != other.indicators { return "indicators" }
    return nil
  }
}
