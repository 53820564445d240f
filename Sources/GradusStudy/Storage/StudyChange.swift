// SPDX-License-Identifier: Apache-2.0

/// A change of a storage while it is made: what everybody has done so far, and what is appended to it.
public struct StudyChange {
  private let storage: StudyStorage

  init(of storage: StudyStorage) { self.storage = storage }

  /// The studies with the operations that were appended. Whoever keeps a study of it while appending has it copied.
  public var replica: StudyReplica { storage.replica }

  /// Appends an operation.
  public mutating func append(_ operation: StudyOperation) { storage.append(operation) }

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
