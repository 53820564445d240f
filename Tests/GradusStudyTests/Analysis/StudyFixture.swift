// SPDX-License-Identifier: Apache-2.0
import GradusCore

import GradusStudy

/// Studies that tests make without a file.
enum StudyFixture {
  static func study(_ drafts: [TrialDraft], _ directions: [ObjectiveDirection] = [.minimize]) -> StudyRecord {
    var replica = StudyReplica()
    replica.apply(.createStudy(name: "s", directions: directions))
    for draft in drafts { replica.apply(.createTrial(study: 0, draft)) }
    return replica.study(named: "s") ?? StudyRecord(id: 0, name: "", directions: [])
  }

  static func trial(
    _ values: [Double], _ parameters: [TrialDraft.Parameter] = [], state: TrialState = .complete,
    constraints: [Double]? = nil
  ) -> TrialDraft {
    var draft = TrialDraft(state)
    draft.values = values.isEmpty ? nil : values
    draft.parameters = parameters
    if let constraints { draft.systemAttributes = [.init("constraints", JSONValue(numbers: constraints))] }
    return draft
  }
}
