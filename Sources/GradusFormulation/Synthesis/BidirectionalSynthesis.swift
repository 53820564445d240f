// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusModeling
public import GradusNumerics

/// Tells statements in words.
public protocol ProblemTeller: Sendable {
  /// The problem without formulas. Throws when nobody can tell it.
  func words(for statement: FiveElementStatement, stream: RandomStream) async throws -> String
}

/// Turns words into statements.
public protocol ProblemModeller: Sendable {
  /// nil where what came is no model. Throws when nobody can answer.
  func statement(for words: String, stream: RandomStream) async throws -> FiveElementStatement?
}

/// A problem in words with its model, and whether it was modelled again from the words alone.
public struct SynthesizedPair: Sendable, Codable, Hashable {
  /// Why a pair was taken or not.
  public enum Ending: String, Sendable, Codable, CaseIterable {
    /// The model from the words is the first one with other names.
    case proved
    /// On every data set that was compared both have the same outcome.
    case agreed
    /// On one of them they have not.
    case refuted
    /// The words led to no model.
    case unread
    /// A solver said nothing, or the numbers could not be carried over to other data.
    case open
  }

  public var statement: FiveElementStatement
  public var words: String
  public var answer: FiveElementStatement?
  public var ending: Ending
  /// Data sets on which both had the same outcome.
  public var agreed: Int

  /// Whether the pair may be learned from.
  public var isAccepted: Bool { ending == .proved || ending == .agreed }
}

/// Pairs of words and models that were told and modelled again, and are kept only where both models are the same as far as can be seen.
///
///     words = teller(M);   M′ = modeller(words)
///     accepted  where M′ is M with other names, or opt(M′) = opt(M) to 10⁻⁶·max(1, |opt|) on the data and on `samples` other data sets
///
/// A constraint that does not bind has no effect on one optimum: with `samples` of 0, the test of the paper, such pairs are taken. Pairs
/// whose numbers cannot be matched are compared on their own data alone and left open where other data were wanted.
///
/// **Cost** of a pair: the two answers, and two solves a data set. **Reference** H. Lu et al., *OptMATH*, arXiv 2502.11102.
public struct BidirectionalSynthesis: Sendable {
  /// Data sets besides the given one.
  public var samples: Int
  public var executor: ModelExecutor

  public init(samples: Int = 3, executor: ModelExecutor = ModelExecutor()) {
    self.samples = samples
    self.executor = executor
  }

  /// Tells a statement, has it modelled again, and compares. Throws what the two throw, and `MissingComponent` without a solver.
  public func pair(
    _ statement: FiveElementStatement, telling teller: some ProblemTeller, modelling modeller: some ProblemModeller,
    stream: RandomStream
  ) async throws -> SynthesizedPair {
    let words = try await teller.words(for: statement, stream: stream.child("words", 0))
    let answer = try await modeller.statement(for: words, stream: stream.child("model", 0))
    var pair = SynthesizedPair(statement: statement, words: words, answer: answer, ending: .unread, agreed: 0)
    guard let answer else { return pair }
    let comparison = ProblemComparison(samples: samples, executor: executor) { statement, stream in
      Self.otherData(statement, stream)
    }
    switch try await comparison.compare(statement, answer, stream.child("data", 0)) {
    case .same:
      pair.ending = .proved
      pair.agreed = 1
    case .different(let witness, _):
      pair.ending = .refuted
      pair.agreed = witness.sample
    case .undecided(let agreed, _):
      pair.ending = agreed == samples + 1 ? .agreed : .open
      pair.agreed = agreed
    }
    return pair
  }

  /// Other data by the statement's own family, which keep an optimum; by factors for statements of none.
  public static func otherData(_ statement: FiveElementStatement, _ stream: RandomStream) -> FiveElementStatement {
    guard let family = InstanceFamilies.family(named: statement.name) else { return statement.scaledData(stream) }
    var stream = stream
    return family.resampled(statement, &stream)
  }
}
