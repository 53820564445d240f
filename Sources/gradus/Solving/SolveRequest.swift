// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// Everything a solve is told beside the problem.
struct SolveRequest: Sendable {
  var method: String?
  var seed: UInt64 = 0
  var threads = 1
  /// Seconds, counted from `began`.
  var timeLimit: Double?
  var began = ContinuousClock.now
  var settings: [String] = []
  var answers: Int?
  /// Multiplications and additions after which a run ends, of a method that counts them.
  var operations: Int?
  var target: Double?
  var start: String?
  /// A start that is remembered, in place of a file.
  var point: Vector?
  var checkpoint: String?
  var checkpointEvery = 5.0
  var resume: String?
  var finiteDerivatives = false
  /// Whether an infeasible program is explained, which takes up to ten seconds more.
  var explains = true
  /// Whether ranges or derivatives of the optimum are added.
  var wantsSensitivity = false
  var interruption = Interruption()

  var deadline: Deadline? {
    timeLimit.map { Deadline(moment: began + .seconds($0), limit: $0) }
  }

  /// Seconds since the command began.
  var elapsed: Double { (ContinuousClock.now - began).seconds }
}
