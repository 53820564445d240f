// SPDX-License-Identifier: Apache-2.0
import Foundation
import Gradus
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Training problems of real data reach the minimum that is known, and prove it.
@Suite struct TrainingMinimaTests {
  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "shared/data/ml")

  static let isThere = FileManager.default.fileExists(atPath: folder.appending(path: "index.csv").path)

  /// File and known minimum.
  static let instances: [(file: String, minimum: Double)] = {
    guard let text = try? String(contentsOf: folder.appending(path: "index.csv"), encoding: .utf8) else { return [] }
    return text.split(separator: "\n").dropFirst().compactMap { line in
      // Quoted fields hold commas; the name, the file and the minimum are the first numbers of their kind.
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      let minimum = cells.dropFirst(3).compactMap { $0.contains(".") ? Double($0) : nil }.first
      return minimum.map { (cells[1], $0) }
    }
  }()

  @Test(
    .enabled(if: isThere, "needs the data sets in ../shared/data/ml"), arguments: instances,
    ["trust-region-newton", "lbfgs"])
  func minima(_ instance: (file: String, minimum: Double), _ method: String) async throws {
    try await check(instance.file, instance.minimum, method)
  }

  /// Those on which a term a step is quick.
  @Test(
    .enabled(if: isThere, "needs the data sets in ../shared/data/ml"),
    arguments: instances.filter { ["heart_scale.svm", "glass.svm", "banknote.svm"].contains($0.file) })
  func stochasticMinima(_ instance: (file: String, minimum: Double)) async throws {
    try await check(instance.file, instance.minimum, "saga")
  }

  @Test func thereAreTenInstances() {
    #expect(!Self.isThere || Self.instances.count == 10)
  }

  static func table(_ file: String) throws -> DataTable {
    try DataFile.read(path: folder.appending(path: file).path)
  }

  /// The training problem that the file states.
  static func training(_ file: String) throws -> TrainingProblem {
    let table = try table(file)
    let format = try #require(DataFile.Format(path: file))
    return try TrainingProblem(table, task: TrainingTask(suggestedBy: table.targets, in: format))
  }

  private func check(_ file: String, _ minimum: Double, _ method: String) async throws {
    let (table, training) = (try Self.table(file), try Self.training(file))
    let entry = try #require(Catalog.entry(named: method))
    let request = RunRequest(
      problems: [training.problem, training.problem.whole], oracles: [RegularizedRisk(training)])
    let run = try entry.open(request)
    let rule = AnyOf([.measure(below: 1e-6), .answers(5_000_000)])
    let solution = try await run.finishErased(until: rule, width: 1, delivery: .inOrder)
    #expect(solution.status == .optimal)
    #expect(solution.verdict.certificate.verified)
    let objective = try #require(solution.verdict.objective)
    #expect(abs(objective - minimum) <= 1e-8)
    let bound = try #require(solution.verdict.bound)
    #expect(bound <= objective && bound >= minimum - 1e-6)

    var document = ResultDocument()
    document.status = solution.status
    document.objectives = [objective]
    document.bound = bound
    document.solution = NamedNumbers(training.weightNames, solution.report.point.elements)
    #expect(Verifier().verify(training, of: table, document).outcome == .confirmed)
    document.solution?.values[0] += 0.1
    #expect(Verifier().verify(training, of: table, document).outcome == .refuted)
  }
}
