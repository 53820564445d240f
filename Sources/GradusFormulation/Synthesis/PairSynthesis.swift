// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusCore
import GradusModeling
import GradusNumerics

/// Pairs for training, each by its number: drawn, solved, told, modelled again, compared.
///
///     draw k, answer = opt(draw k)
///     with nobody who models      words by construction
///     else                        `BidirectionalSynthesis`
///
/// Statements without an optimum that is known are left out before anybody is asked. The same number gives the same pair as far as
/// whoever tells and models gives the same answers.
public struct PairSynthesis: Sendable {
  public var source: any SynthesisSource
  public var loop: BidirectionalSynthesis
  /// nil: words by construction.
  public var teller: (any ProblemTeller)?
  /// nil: nothing is modelled again.
  public var modeller: (any ProblemModeller)?
  /// Of the draws; it stands in the ids.
  public var seed: UInt64
  /// Of whoever tells and models.
  public var answerSeed: UInt64

  public init(_ source: any SynthesisSource, loop: BidirectionalSynthesis = BidirectionalSynthesis(), seed: UInt64) {
    self.source = source
    self.loop = loop
    self.seed = seed
    answerSeed = seed
  }

  /// What the pair of a number is called.
  public func id(_ number: Int) -> String { "\(source.family(number))-\(seed)-\(number)" }

  /// The pair of a number from 0. Throws what ends runs (`BenchmarkRunner.endsRuns`); everything else is the pair's own message.
  public func pair(_ number: Int) async throws -> TrainingPair {
    var pair = TrainingPair(id: id(number), family: source.family(number), ending: .outside)
    do {
      try await complete(&pair, number)
    } catch {
      if BenchmarkRunner.endsRuns(error) { throw error }
      pair.ending = .failed
      pair.message = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
    }
    return pair
  }

  private func complete(_ pair: inout TrainingPair, _ number: Int) async throws {
    guard let draw = try await source.draw(number, RandomStream(seed: seed).child("pair", number)) else { return }
    pair.draw = draw
    pair.words = draw.words
    let execution = try await proved(draw.statement.program())
    pair.execution = execution
    guard execution.status == .optimal, execution.objective?.isFinite == true else {
      pair.ending = .unsolved
      pair.message = execution.message ?? execution.status.map { "the solver says \($0.rawValue)" }
      return
    }
    if let modeller {
      let answers = RandomStream(seed: answerSeed).child("answers", number)
      let voice: any ProblemTeller = teller ?? Known(words: draw.words)
      let made = try await loop.pair(draw.statement, telling: voice, modelling: modeller, stream: answers)
      pair.words = made.words
      pair.agreed = made.agreed
      pair.ending =
        switch made.ending {
        case .proved: .proved
        case .agreed: .agreed
        case .refuted: .refuted
        case .unread: .unread
        case .open: .open
        }
    } else {
      pair.ending = .told
    }
    guard pair.ending.isAccepted else { return }
    // Whoever learns from it or is tested by it must be able to read it.
    do throws(WordProblem.Fault) { _ = try WordProblem(pair.words) } catch {
      pair.ending = .unread
      pair.message = "\(error)"
    }
  }

  /// The global method, for models whose usual answer is vouched for in a neighborhood alone. Nodes, not seconds, so that the same
  /// draw ends in the same way.
  private static let search: [(name: String, value: String)] = [
    ("gap", "1e-5"), ("gap-continuous", "1e-5"), ("nodes", "300"),
  ]

  private func proved(_ program: FormulaProgram) async throws -> ModelExecution {
    let usual = try await loop.executor.run(program)
    guard usual.hasOptimum, usual.status != .optimal else { return usual }
    let found = try await program.solve(
      by: "spatial-branch-and-bound", settings: Self.search, timeLimit: loop.executor.timeLimit)
    guard found.status == .optimal, let objective = found.objective else { return usual }
    let names = program.linear.columnNames
    let values = Dictionary(zip(names, found.point.elements)) { first, _ in first }
    return ModelExecution(status: .optimal, objective: objective, values: values)
  }

  /// Tells what is known already.
  private struct Known: ProblemTeller {
    var words: String
    func words(for statement: FiveElementStatement, stream: RandomStream) async throws -> String { words }
  }
}
