// SPDX-License-Identifier: Apache-2.0

/// All studies of a storage, as the operations so far have made them.
///
/// Whoever applies the same operations in the same order has the same studies. Operations that come too late or have nothing to
/// act on change nothing, as in optuna: of two that end the same trial the first one counts, of two that begin it as well.
public struct StudyReplica: Sendable {
  /// Studies that are not deleted, by id.
  public private(set) var studies: [Int: StudyRecord] = [:]
  /// Operations applied so far.
  public private(set) var count = 0
  /// For each trial its study, and its number there.
  private var trials: [(study: Int, number: Int)] = []
  private var nextStudy = 0

  /// Nothing yet.
  public init() {}

  /// The id that the next trial gets.
  public var nextTrial: Int { trials.count }

  /// A study by name. Cost: linear in the number of studies.
  public func study(named name: String) -> StudyRecord? { studies.values.first { $0.name == name } }

  /// A trial by its id; nil where there is none, or its study is deleted.
  public func trial(_ id: Int) -> TrialRecord? {
    guard trials.indices.contains(id) else { return nil }
    return studies[trials[id].study]?.trials[trials[id].number]
  }

  /// The study of a trial.
  public func study(ofTrial id: Int) -> StudyRecord? {
    trials.indices.contains(id) ? studies[trials[id].study] : nil
  }

  package mutating func apply(_ operation: StudyOperation) {
    count += 1
    switch operation {
    case .createStudy(let name, let directions):
      guard study(named: name) == nil else { return }
      studies[nextStudy] = StudyRecord(id: nextStudy, name: name, directions: directions)
      nextStudy += 1
    case .deleteStudy(let id): studies[id] = nil
    case .setStudyAttribute(let id, .user, let name, let value):
      studies[id]?.mutate { TrialRecord.set(&$0.userAttributes, name, value) }
    case .setStudyAttribute(let id, .system, let name, let value):
      studies[id]?.mutate { TrialRecord.set(&$0.systemAttributes, name, value) }
    case .createTrial(let study, let draft): create(draft, in: study)
    case .setParameter(let trial, let name, let value, let distribution):
      change(trial) { study, number in
        guard study.allows(name, distribution) else { return }
        let place = study.place(of: name, distribution)
        Self.set(&study.trials[number].parameters, place, value, study.parameters)
      }
    case .setState(let trial, let state, let values, let time):
      change(trial) { study, number in
        // A trial that runs already is somebody else's.
        if state == .running, study.trials[number].state == .running { return }
        study.trials[number].state = state
        if let values { study.trials[number].values = values }
        if state == .running { study.trials[number].started = time }
        if state.isFinished {
          study.trials[number].completed = time
          study.events.append(.init(number, isEnd: true))
          study.unfinished.removeAll { $0 == number }
        }
      }
    case .setIntermediate(let trial, let step, let value):
      change(trial) { $0.trials[$1].set(IntermediateValue(step: step, value: value)) }
    case .setTrialAttribute(let trial, let kind, let name, let value):
      change(trial) { $0.trials[$1].set(kind, name, value) }
    case .other: break
    }
  }

  private mutating func create(_ draft: TrialDraft, in id: Int) {
    guard let number = studies[id]?.trials.count else { return }
    var trial = TrialRecord(
      id: trials.count, number: number, state: draft.state, started: draft.started, completed: draft.completed,
      values: draft.values ?? [], intermediate: draft.intermediate.sorted { $0.step < $1.step },
      userAttributes: draft.userAttributes, systemAttributes: draft.systemAttributes)
    studies[id]?.add(draft.parameters, to: &trial)
    studies[id]?.trials.append(trial)
    studies[id]?.events.append(.init(number, isEnd: false))
    if draft.state.isFinished {
      studies[id]?.events.append(.init(number, isEnd: true))
    } else {
      studies[id]?.unfinished.append(number)
    }
    trials.append((id, number))
  }

  /// Changes a trial that is not finished.
  private mutating func change(_ id: Int, _ body: (inout StudyRecord, Int) -> Void) {
    guard trials.indices.contains(id) else { return }
    let (study, number) = trials[id]
    guard let state = studies[study]?.trials[number].state, !state.isFinished else { return }
    studies[study]?.mutate { body(&$0, number) }
  }

  private static func set(
    _ settings: inout [TrialRecord.Setting], _ place: Int, _ value: Double, _ parameters: [StudyRecord.Parameter]
  ) {
    let name = parameters[place].name
    if let old = settings.firstIndex(where: { parameters[$0.parameter].name == name }) {
      settings[old] = .init(parameter: place, value: value)
    } else {
      settings.append(.init(parameter: place, value: value))
    }
  }
}

extension StudyRecord {
  fileprivate mutating func mutate(_ body: (inout StudyRecord) -> Void) { body(&self) }

  /// A parameter keeps its kind, and a categorical one its choices; ranges may change.
  fileprivate func allows(_ name: String, _ distribution: ParameterDistribution) -> Bool {
    guard let known = parameters.first(where: { $0.name == name })?.distribution else { return true }
    switch (known, distribution) {
    case (.float, .float), (.integer, .integer): return true
    case (.categorical, .categorical): return known == distribution
    default: return false
    }
  }

  fileprivate mutating func add(_ parameters: [TrialDraft.Parameter], to trial: inout TrialRecord) {
    trial.parameters = parameters.map { .init(parameter: place(of: $0.name, $0.distribution), value: $0.value) }
  }
}
