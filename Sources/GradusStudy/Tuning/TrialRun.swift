// SPDX-License-Identifier: Apache-2.0
import GradusNative

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A trial whose command is running.
struct TrialRun {
  /// Why the command is being ended.
  enum Cause: Hashable {
    case timeout, pruned, stopped
  }

  let trial: OpenTrial
  let process: CommandProcess
  var words = TrialWords()
  var errors = StreamTail()
  let began = MonotonicTime.now
  /// Since when the command was asked to end, and why.
  var leaving: (cause: Cause, since: Double)?
  /// Finished runs of this trial: what each told.
  var results: [[String: Double]] = []
  /// Whether a lasting worker was told to give the trial up.
  var pruned = false
  /// Bytes of the question that a lasting worker has not taken yet.
  var unsent: ArraySlice<UInt8> = []

  /// Seconds that a command gets between being asked to end and being killed.
  static let courtesy = 3.0

  var seconds: Double { MonotonicTime.now - began }

  /// Asks the command to end, and kills it when it does not.
  mutating func leave(_ cause: Cause) {
    guard let leaving else {
      process.signal(SIGTERM)
      self.leaving = (cause, MonotonicTime.now)
      return
    }
    if MonotonicTime.now - leaving.since > Self.courtesy { process.signal(SIGKILL) }
  }
}
