// SPDX-License-Identifier: Apache-2.0

/// How well a library serves tasks of the double with latent pitfalls, where it is known what is relevant.
///
///     precision = relevant insights retrieved / insights retrieved
///     recall    = relevant insights retrieved / pitfalls of the tasks that the library has insights into
public struct ExperienceMeasure: Sendable, Hashable {
  /// The share of tasks solved at the first attempt.
  public let solved: Double
  /// 1 where nothing was retrieved.
  public let precision: Double
  /// 1 where there was nothing to retrieve.
  public let recall: Double

  /// Cost: one retrieval and one work on each task.
  public init(_ library: ExperienceLibrary, on tasks: [String], by student: SimulatedExperience) async throws {
    var solved = 0
    var retrieved = 0
    var relevant = 0
    var wanted = 0
    let known = library.insights.compactMap { SimulatedExperience.pitfall(of: $0) }
    for task in tasks {
      let found = try await library.retrieve(for: task, by: student)
      let own = SimulatedExperience.pitfalls(of: task)
      let given = found.compactMap { SimulatedExperience.pitfall(of: $0) }
      retrieved += found.count
      relevant += Set(given).intersection(own).count
      wanted += own.count { known.contains($0) }
      if try await student.solves(task, with: found, attempt: 0) { solved += 1 }
    }
    self.solved = tasks.isEmpty ? 0 : Double(solved) / Double(tasks.count)
    precision = retrieved == 0 ? 1 : Double(relevant) / Double(retrieved)
    recall = wanted == 0 ? 1 : Double(relevant) / Double(wanted)
  }
}
