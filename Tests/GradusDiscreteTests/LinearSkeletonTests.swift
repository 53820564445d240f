// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusDiscrete
import GradusNative
import GradusNumerics
import Testing

/// The first of the walking skeleton's questions: a linear program put to HiGHS by the same `Run` as everything else.
@Suite("A linear program is a question") struct LinearSkeletonTests {
  /// minimize −x − 2y subject to x + y ≤ 4, x + 3y ≤ 6, x, y ≥ 0: the optimum −5 lies at (3, 1).
  func program() throws -> MixedIntegerProgram {
    try MixedIntegerProgram(
      StandardForm(
        costs: [-1, -2],
        matrix: SparseMatrix(
          rowCount: 2, columnCount: 2, triplets: [(0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 1, 3)]),
        rowLower: [-.infinity, -.infinity], rowUpper: [4, 6], columnLower: [0, 0],
        columnUpper: [.infinity, .infinity]))
  }

  /// An oracle that must not be asked: everything it could say is already in the journal.
  struct Silent: LinearProgramOracle {
    func solve(_ question: SolveLinear) async throws -> LinearAnswer {
      throw OracleFailure(question: "linear program", cause: "the journal should have answered")
    }
  }

  static let isInstalled = (try? Highs(.standard)) != nil

  @Test(.enabled(if: isInstalled, "HiGHS is not installed"))
  func journaledKilledResumed() async throws {
    let problem = try program()
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gradus-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let journal = folder.appendingPathComponent("journal").path
    let saved = folder.appendingPathComponent("checkpoint").path

    let whole = try Run(problem, by: HighsSolver(), asking: HighsOracle(problem.form))
    let solution = try await whole.finish(until: .methodEnds)
    #expect(abs((solution.report.value ?? .nan) + 5) < 1e-9)

    // Killed between question and answer: the checkpoint holds the question, the journal that it was asked.
    var asking: Run<HighsSolver>? = try Run(problem, by: HighsSolver(), asking: HighsOracle(problem.form))
    try await asking?.keep(FileJournal(journal))
    #expect(try asking?.ask() != nil)
    try asking?.save(to: saved)
    asking = nil

    var answered: Run<HighsSolver>? = try Run(
      resuming: Checkpoint(contentsOf: saved), of: problem, asking: HighsOracle(problem.form))
    try await answered?.keep(FileJournal(journal))
    #expect(answered?.outstanding.count == 1)
    while try await answered?.step() == true {}
    #expect(try answered?.checkpoint().stateBits() == whole.checkpoint().stateBits())
    answered = nil

    // Killed after the answer and before a save: the journal alone brings it back, and HiGHS is not asked again.
    let replayed = try Run<HighsSolver>(
      resuming: Checkpoint(contentsOf: saved), of: problem, asking: Silent())
    try await replayed.keep(FileJournal(journal))
    let again = try await replayed.finish(until: .methodEnds)
    #expect(again.report.value == solution.report.value)
    #expect(try replayed.checkpoint().stateBits() == whole.checkpoint().stateBits())
  }
}
