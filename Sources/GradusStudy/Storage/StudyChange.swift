// SPDX-License-Identifier: Apache-2.0

/// A change of a storage while it is made: what everybody has done so far, and what is appended to it.
public struct StudyChange {
  /// With the operations that were appended.
  public internal(set) var replica: StudyReplica
  var writer: OperationWriter

  init(replica: consuming StudyReplica, writer: consuming OperationWriter) {
    self.replica = replica
    self.writer = writer
  }

  /// Appends an operation.
  public mutating func append(_ operation: StudyOperation) {
    writer.write(operation)
    replica.apply(operation)
  }

  /// A new study; the one of that name where there is one. The id of the study.
  public mutating func createStudy(_ name: String, _ directions: [ObjectiveDirection]) -> Int {
    if let known = replica.study(named: name) { return known.id }
    append(.createStudy(name: name, directions: directions))
    return replica.study(named: name)?.id ?? 0
  }

  /// A new trial; its id.
  public mutating func createTrial(in study: Int, _ draft: TrialDraft) -> Int {
    let id = replica.nextTrial
    append(.createTrial(study: study, draft))
    return id
  }

  /// Ends a trial; false when it has ended already.
  public mutating func end(_ trial: Int, _ state: TrialState, values: [Double]? = nil) -> Bool {
    guard let known = replica.trial(trial), !known.state.isFinished else { return false }
    append(.setState(trial: trial, state, values: values, .now))
    return true
  }
}
