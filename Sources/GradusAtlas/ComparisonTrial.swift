// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLearning
import GradusNumerics
import GradusStudy

extension RuleComparison {
  /// A run of the comparison as part of a demonstration, stopped with it.
  func run(_ trial: AtlasTrial, threads: Int, seed: UInt64, targets: Targets? = nil) async throws -> Outcome {
    try await watched(trial) {
      try await run(threads: threads, seed: seed, targets: targets, interruption: $0, progress: $1)
    }
  }

  /// Targets and calibrated contestants on two threads, as part of a demonstration.
  func calibration(_ trial: AtlasTrial, seed: UInt64) async throws -> (targets: Targets, calibrations: [Calibration]) {
    try await watched(trial) {
      let targets = try await targets(threads: 2, seed: seed, interruption: $0, progress: $1)
      let found = try await calibrations(targets: targets, threads: 2, seed: seed, interruption: $0, progress: $1)
      return (targets, found)
    }
  }

  private func watched<T: Sendable>(
    _ trial: AtlasTrial, _ body: (Interruption, @escaping @Sendable (Int, Int) -> Void) async throws -> T
  ) async throws -> T {
    let interruption = Interruption()
    do {
      return try await body(interruption) { done, all in
        do { try trial.step(Double(done) / Double(all)) } catch { interruption.raise() }
      }
    } catch let error as CancellationError {
      try trial.step(1)
      throw error
    }
  }
}

extension Workload {
  /// A workload of the laboratory, with fewer steps or observations a step.
  static func laboratory(_ name: String, batch: Int? = nil, steps: Int) throws -> Workload {
    guard let whole = try WorkloadLaboratory.workload(named: name) else {
      preconditionFailure("the laboratory has no workload '\(name)'")
    }
    return Workload(
      name, whole.summary, model: whole.model, learned: whole.learned, held: whole.held, batch: batch ?? whole.batch,
      steps: steps)
  }
}
