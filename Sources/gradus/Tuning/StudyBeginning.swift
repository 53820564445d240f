// SPDX-License-Identifier: Apache-2.0
import Gradus

/// What a study knows before its first own trial: points to try first, and the trials of another study.
struct StudyBeginning {
  let spec: TuneSpec

  init(_ spec: TuneSpec) { self.spec = spec }

  /// Adds to a study without trials what the spec says; a study that has begun is left as it is.
  func prepare(_ desk: StudyDesk) throws {
    guard desk.record?.trials.isEmpty == true else { return }
    var drafts: [TrialDraft] = []
    if let from = spec.from { drafts += try known(from, desk) }
    for start in spec.starts {
      var draft = TrialDraft(.waiting)
      let point = try desk.suggester.coordinates.space.point(json: start)
      draft.parameters = desk.suggester.coordinates.parameters(at: point)
      draft.systemAttributes = [.init("fixed_params", start)]
      drafts.append(draft)
    }
    guard !drafts.isEmpty else { return }
    try desk.storage.change { change in
      guard change.replica.studies[desk.study]?.trials.isEmpty == true else { return }
      for draft in drafts { _ = change.createTrial(in: desk.study, draft) }
    }
  }

  /// Finished trials of another study that has the same objectives and whose points are points of this one.
  private func known(_ from: (study: String, storage: String), _ desk: StudyDesk) throws -> [TrialDraft] {
    let other = from.storage == desk.storage.url ? desk.storage : try StudyStorage(from.storage, creates: false)
    guard let study = other.replica.study(named: from.study) else {
      let near = nearest(to: from.study, among: other.replica.studies.values.map(\.name).sorted())
      throw Failure(
        .unreadable, "\(other.name) has no study '\(from.study)'" + (near.map { "; did you mean '\($0)'?" } ?? ""))
    }
    guard study.directions == desk.plan.objectives.map(\.direction) else {
      throw Failure(.usage, "the study '\(from.study)' has other objectives than '\(desk.plan.name)'")
    }
    let coordinates = desk.suggester.coordinates
    return study.trials.compactMap { trial in
      guard trial.state == .complete, let point = coordinates.point(of: trial, in: study) else { return nil }
      var draft = TrialDraft(.complete)
      (draft.started, draft.completed) = (trial.started, trial.completed)
      (draft.parameters, draft.values) = (coordinates.parameters(at: point), trial.values)
      draft.userAttributes = trial.userAttributes
      draft.systemAttributes = [.init("gradus:from", .string("\(from.study) \(trial.number)"))]
      if let constraints = trial.attribute(.system, "constraints") {
        draft.systemAttributes.append(.init("constraints", constraints))
      }
      return draft
    }
  }
}
