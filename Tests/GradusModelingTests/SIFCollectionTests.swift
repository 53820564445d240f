// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// The CUTEst problems beside the repository, against values of an independent implementation.
@Suite(.enabled(if: SharedData.isThere, Comment(rawValue: SharedData.reason)))
struct SIFCollectionTests {
  static func read(_ file: String) throws -> FormulaProgram {
    try SIFReader.read(FileBytes.load(SharedData.path("sif/\(file)"))).program
  }

  static func objective(_ program: FormulaProgram, _ x: [Double]) -> Double {
    var value = program.linear.objectiveOffset
    for (c, x) in zip(program.linear.costs, x) { value += c * x }
    if let node = program.objective { value += program.graph.value(of: node, at: x) }
    return value
  }

  @Test func everyProblemIsReadWithItsStart() throws {
    let index = SharedData.index("sif")
    #expect(index.count == 47)
    for row in index {
      let file = try #require(row["file"])
      let program = try Self.read(file)
      let wanted = try #require(row["f_start"].flatMap { Double($0) })
      let value = Self.objective(program, program.start.elements)
      #expect(abs(value - wanted) <= 1e-9 * max(1, abs(wanted)), "\(file): \(value), not \(wanted)")
      #expect(program.constraintCount == row["rows"].flatMap { Int($0) }, "\(file)")
      #expect(program.variableCount == row["cols"].flatMap { Int($0) }, "\(file)")
    }
  }
}
