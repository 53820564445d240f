// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// What solvers of puzzles ask: does one of these satisfy the verifier, and what would a language model answer?
public enum PuzzleTurn: Query, Codable {
  /// Values to try, in this order; those after the first that solves are not run.
  case check(puzzle: Int, values: [MiniValue])
  /// An answer in words, to be read and tried.
  case attempt(puzzle: Int, answer: String)
  case consult(prompt: String, stream: RandomStream, costEstimate: Double = 0)

  /// What came of it.
  public enum Answer: Sendable, Codable {
    /// The place of the first value that solves.
    case checked(Int?)
    /// The value of the answer, where it is one that solves; else why not.
    case attempted(MiniValue?, remark: String)
    case advice(Completion)
  }

  public static var needs: String { "a verifier to run and a language model" }

  public var kind: String {
    switch self {
    case .check, .attempt: "verification"
    case .consult: "completion"
    }
  }

  public var costEstimate: Double { if case .consult(_, _, let estimate) = self { estimate } else { 0 } }

  /// What a completion says it cost.
  public func cost(of answer: borrowing Answer) -> Double {
    if case .advice(let completion) = copy answer { completion.cost } else { 0 }
  }

  /// Runs the verifier, or asks the advisor.
  public func put(to oracle: PuzzleOracle) async throws -> Answer {
    switch self {
    case .check(let puzzle, let values): .checked(oracle.checkers[puzzle].first(values))
    case .attempt(let puzzle, let answer): oracle.attempt(puzzle, answer)
    case .consult(let prompt, let stream, _): .advice(try await oracle.advisor.complete(prompt, stream: stream))
    }
  }

  /// What needs nobody's time but ours is answered at once.
  public func answerNow(from oracle: PuzzleOracle) throws -> Answer? {
    switch self {
    case .check(let puzzle, let values): .checked(oracle.checkers[puzzle].first(values))
    case .attempt(let puzzle, let answer): oracle.attempt(puzzle, answer)
    case .consult: nil
    }
  }
}

/// Runs verifiers, and knows somebody who may know answers.
public struct PuzzleOracle: Sendable {
  public var checkers: [PuzzleChecker]
  public var advisor: any LanguageModel

  /// Throws where a puzzle is no program, which its initializer has excluded.
  public init(_ set: PuzzleSet, advisor: any LanguageModel = SilentModel()) throws(MiniError) {
    var checkers: [PuzzleChecker] = []
    for puzzle in set.puzzles { checkers.append(try PuzzleChecker(puzzle)) }
    self.checkers = checkers
    self.advisor = advisor
  }

  func attempt(_ puzzle: Int, _ answer: String) -> PuzzleTurn.Answer {
    do throws(MiniError) {
      let value = try checkers[puzzle].value(of: answer)
      return checkers[puzzle].isSolved(by: value)
        ? .attempted(value, remark: "solved") : .attempted(nil, remark: "sat(\(value)) is not true")
    } catch { return .attempted(nil, remark: "\(error)") }
  }
}

extension PuzzleChecker {
  func first(_ values: [MiniValue]) -> Int? { values.firstIndex(where: isSolved(by:)) }
}

/// An advisor who says nothing, for solvers that ask none.
public struct SilentModel: LanguageModel {
  public init() {}
  public func complete(_ prompt: String, stream: RandomStream) async throws -> Completion { Completion(text: "") }
}
