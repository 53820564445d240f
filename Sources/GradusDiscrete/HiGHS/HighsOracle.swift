// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNative
import GradusNumerics

/// HiGHS in this process as an oracle for linear and mixed-integer programs.
///
/// Solves block threads of their own, never the cooperative pool. A solve stops early, with what it has, when its task is
/// cancelled or the interruption is raised. Farkas rays are positive on lower sides and negative on upper sides of rows.
public final class HighsOracle: LinearProgramOracle {
  private let form: StandardForm
  private let highs: Highs
  private let executor = BlockingExecutor()
  private let relay: Relay?
  private let interruption: Interruption?

  /// Throws `MissingComponent` when HiGHS is not there, and `Unsuitable` when the form holds more than HiGHS takes here.
  public convenience init(
    _ form: StandardForm, search: LibrarySearch = .standard, relay: Relay? = nil, interruption: Interruption? = nil
  ) throws {
    try self.init(form, highs: Highs(search), relay: relay, interruption: interruption)
  }

  /// One table of functions may serve many oracles.
  public init(_ form: StandardForm, highs: Highs, relay: Relay? = nil, interruption: Interruption? = nil) throws {
    try form.requireLinear()
    self.form = form
    self.highs = highs
    self.relay = relay
    self.interruption = interruption
  }

  /// Puts the question to a fresh instance of HiGHS on a thread of its own.
  public func solve(_ question: SolveLinear) async throws -> LinearAnswer {
    question.requireFitting(form)
    let cancelled = StopFlag()
    let (form, highs, relay, interruption) = (form, highs, relay, interruption)
    return try await executor.run(onCancel: { cancelled.raise() }) { () throws -> LinearAnswer in
      let inquiry = HighsInquiry(
        highs: highs, shouldStop: { cancelled.isRaised || interruption?.isRaised == true },
        relay: { relay?.send($0) })
      return try inquiry.answer(question, about: form)
    }
  }
}

extension StandardForm {
  /// Throws `Unsuitable` unless everything but the kinds of variables is linear.
  func requireLinear() throws(Unsuitable) {
    try require("linear rows and a linear objective", for: "highs", integers: true, quadraticObjective: false)
  }
}

extension SolveLinear {
  /// Checks the contract between question and program.
  func requireFitting(_ form: StandardForm) {
    precondition(changes.allSatisfy { form.costs.indices.contains($0.column) }, "a bound change names no column")
    if let basis {
      precondition(
        basis.columns.count == form.variableCount && basis.rows.count == form.constraintCount,
        "a basis has one status a column and one a row")
    }
    precondition(start.map { $0.count == form.variableCount } ?? true, "a start has one value a column")
  }
}
