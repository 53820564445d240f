// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// A double that answers puzzles with stated rates: the known answer with `success`, else something of the right type, or, with
/// `garbage`, no term at all. Of language models it proves nothing.
public struct SimulatedSolver: LanguageModel {
  public var puzzles: [Puzzle]
  public var success: Double
  /// Of the answers that are not right.
  public var garbage: Double

  public init(_ puzzles: [Puzzle], success: Double, garbage: Double = 0.3) {
    self.puzzles = puzzles
    self.success = success
    self.garbage = garbage
  }

  public func complete(_ prompt: String, stream: RandomStream) async throws -> Completion {
    var stream = stream
    // The puzzle that is asked for stands last.
    guard let puzzle = puzzles.last(where: { prompt.hasSuffix("\($0.program.description)\nx =") }) else {
      return Completion(text: "I do not know.")
    }
    let chance = stream.uniform()
    let other = stream.uniform()
    if chance < success, let answer = puzzle.reference { return Completion(text: " \(answer)") }
    if other < garbage { return Completion(text: "that is (easy") }
    return Completion(text: "\(MiniInputs().value(puzzle.type, &stream))")
  }
}
