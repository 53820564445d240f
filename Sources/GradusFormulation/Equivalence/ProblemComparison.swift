// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
public import GradusModeling
public import GradusNumerics

/// Do two models state the same problem? Proved where one is the other with other names, refuted where a data set tells them apart,
/// and else left open.
///
/// 1. Canonical forms on the given data that are isomorphic (`ModelIsomorphism`): `same`.
/// 2. Both are solved on their own data, and then on `samples` other data sets, which the second gets through a
///    `DataCorrespondence`. Other statuses, or optima a and b, both of minimizing, with
///    |a − b| > tolerance·max(1, |a|): `different`.
/// 3. Otherwise `undecided`: not told apart, which is never the same as equal.
///
/// Only `optimal`, `infeasible` and `unbounded` tell models apart: local optima of one problem may differ.
public struct ProblemComparison: Sendable {
  /// Other data for a statement. What it returns has the same parameters with as many numbers.
  public typealias Resampling = @Sendable (FiveElementStatement, RandomStream) -> FiveElementStatement

  /// What each model made of one data set.
  public struct Witness: Sendable, Codable, Hashable {
    /// The first statement with these data; nil for programs.
    public var data: FiveElementStatement?
    /// 0 for the data as given.
    public var sample: Int
    public var first: ModelExecution
    public var second: ModelExecution
  }

  /// What is known of two models.
  public enum Verdict: Sendable, Codable, Hashable {
    /// Proved: one is the other with other names.
    case same(ModelRenaming)
    /// Refuted on a data set; the differences are those that were found in the models.
    case different(witness: Witness, differences: [ModelDifference])
    /// Neither: on so many data sets both models had the same outcome, and this is why no more is known.
    case undecided(agreed: Int, reason: String)
  }

  /// Data sets besides the given one.
  public var samples: Int
  /// Of optima, relative to max(1, |optimum|).
  public var tolerance: Double
  public var executor: ModelExecutor
  /// For `ModelIsomorphism`.
  public var workLimit = 20_000_000
  public var resampling: Resampling

  public init(
    samples: Int = 3, tolerance: Double = 1e-6, executor: ModelExecutor = ModelExecutor(),
    resampling: @escaping Resampling = { $0.scaledData($1) }
  ) {
    self.samples = samples
    self.tolerance = tolerance
    self.executor = executor
    self.resampling = resampling
  }

  /// Compares two programs, on their own data alone. Throws what `ModelExecutor.run` throws.
  public func compare(_ first: FormulaProgram, _ second: FormulaProgram) async throws -> Verdict {
    if case .same(let renaming) = ModelIsomorphism(first, second, workLimit: workLimit) { return .same(renaming) }
    let outcome = try await outcome(first, second)
    switch outcome.judgement {
    case .apart:
      let witness = Witness(data: nil, sample: 0, first: outcome.first, second: outcome.second)
      return .different(witness: witness, differences: ModelDifference.between(first, second))
    case .agreed: return .undecided(agreed: 1, reason: "not told apart on the given data")
    case .open(let reason): return .undecided(agreed: 0, reason: reason)
    }
  }

  /// Compares two statements. A statement that is no model is not told apart from anything; its reader's message is the reason.
  public func compare(
    _ first: FiveElementStatement, _ second: FiveElementStatement, _ stream: RandomStream
  ) async throws -> Verdict {
    let correspondence = DataCorrespondence(first, second)
    let count = correspondence.unmatched == nil ? max(0, samples) : 0
    var agreed = 0
    var open: String?
    for sample in 0...count {
      let data = sample == 0 ? first : resampling(first, stream.child("sample", sample))
      let carried = sample == 0 ? second : correspondence.carried(data)
      let programs: (FormulaProgram, FormulaProgram)
      do throws(ReadError) {
        programs = (try data.program(), try carried.program())
      } catch {
        if sample == 0 { return .undecided(agreed: 0, reason: "\(error)") }
        open = open ?? "\(error)"
        continue
      }
      if sample == 0, case .same(let renaming) = ModelIsomorphism(programs.0, programs.1, workLimit: workLimit) {
        return .same(renaming)
      }
      let outcome = try await outcome(programs.0, programs.1)
      switch outcome.judgement {
      case .apart:
        let witness = Witness(data: data, sample: sample, first: outcome.first, second: outcome.second)
        return .different(witness: witness, differences: ModelDifference.between(first, second))
      case .agreed: agreed += 1
      case .open(let reason): open = open ?? reason
      }
    }
    let unmatched = correspondence.unmatched.map {
      "the numbers of \($0) have no partners, so only the given data were compared"
    }
    return .undecided(agreed: agreed, reason: open ?? unmatched ?? "not told apart on \(agreed) data sets")
  }

  // MARK: One data set

  private enum Judgement {
    case apart, agreed, open(String)
  }

  private struct Outcome {
    var first: ModelExecution
    var second: ModelExecution
    var judgement: Judgement
  }

  private func outcome(_ first: FormulaProgram, _ second: FormulaProgram) async throws -> Outcome {
    let a = try await executor.run(first)
    let b = try await executor.run(second)
    return Outcome(first: a, second: b, judgement: judgement(a, first.linear.sense, b, second.linear.sense))
  }

  private func judgement(_ a: ModelExecution, _ sense: Sense, _ b: ModelExecution, _ other: Sense) -> Judgement {
    for execution in [a, b] where !Self.isDecided(execution) {
      let status = execution.status.map { "the status \($0.rawValue) of a model decides nothing" }
      return .open(execution.message ?? status ?? "a model was not solved")
    }
    guard a.status == b.status else { return .apart }
    guard a.status == .optimal, let x = a.objective, let y = b.objective else { return .agreed }
    let (left, right) = (sense == .minimize ? x : -x, other == .minimize ? y : -y)
    return abs(left - right) <= tolerance * max(1, abs(left)) ? .agreed : .apart
  }

  private static func isDecided(_ execution: ModelExecution) -> Bool {
    switch execution.status {
    case .optimal: execution.objective != nil
    case .infeasible, .unbounded: true
    default: false
    }
  }
}
