// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// By what can a task be done, and for how much?
public struct WorkQuestion: Query, Codable, Hashable {
  public var task: Int

  public init(_ task: Int) { self.task = task }

  public static var needs: String { "the alternatives of tasks" }
  public var kind: String { "alternatives" }

  /// The graph's own alternatives.
  public func put(to oracle: WorkGraph) async throws -> [WorkGraph.Alternative] { oracle.tasks[task].alternatives }

  public func answerNow(from oracle: WorkGraph) throws -> [WorkGraph.Alternative]? { oracle.tasks[task].alternatives }
}
