// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusCore
import GradusNative
import GradusNumerics

/// Where the trials of a study are taken from and brought back to, by any number of processes.
///
/// A trial is taken in one change of the storage, so nobody else has it; it ends in one change, so it counts once. A process that
/// dies leaves trials that run: others see that it is gone – at once on the same machine, otherwise because it no longer says that
/// it is there – and try each of them once more.
public final class StudyDesk {
  /// What there is to do.
  public enum Claim: Sendable {
    case trial(OpenTrial)
    /// Nothing before a trial has ended.
    case wait
    /// All trials are done, or the method has ended.
    case done(String)
  }

  public let storage: StudyStorage
  public let plan: StudyPlan
  public let suggester: StudySuggester
  /// The study's id.
  public let study: Int
  private let identity = ProcessIdentity.own
  /// Which of the study's workers this process is; what is known of it is kept with the study.
  private var worker = 0
  private let description: JSONValue
  private var pruning: TrialPruning?
  /// For each trial that runs the intermediate values that the pruning rule has heard.
  private var heard: [Int: Int] = [:]
  /// Trials of this process that run, by number.
  private var open: Set<Int> = []
  private var beats = 0
  /// What others were last heard saying, and when.
  private var signs: [Int: (beat: Int, since: Double)] = [:]
  /// Ended trials that count, up to an event.
  private var (ended, cursor) = (0, 0)

  /// Of a trial: the number of its worker. Of a study, with a colon and the number: who that is.
  package static let workerAttribute = "gradus:worker"
  static let beatAttribute = "gradus:beat"
  /// Why a trial failed, and what its command said last.
  public static let failureAttribute = "gradus:failure"
  public static let errorsAttribute = "gradus:stderr"

  /// Opens the study of the plan; makes it where there is none. Throws `StorageError` where the storage has another study of that
  /// name.
  public init(_ storage: StudyStorage, _ given: StudyPlan, _ method: StudyMethod, host: String) throws {
    self.storage = storage
    plan = try given.begun(in: storage)
    suggester = try StudySuggester(plan, method)
    pruning = plan.objectives.count == 1 && plan.intermediate != nil ? try TrialPruning.reading(plan.pruning) : nil
    description = [
      "host": .string(host), "place": .string(identity.place), "pid": .integer(Int(identity.number)),
      "began": .string(identity.began), "writer": .string(storage.worker),
    ]
    study = try storage.change { [plan] change in
      let directions = plan.objectives.map(\.direction)
      let study = change.createStudy(plan.name, directions)
      guard let record = change.replica.studies[study] else { throw StorageError("the study was deleted meanwhile") }
      if record.attribute(.system, StudyPlan.attribute) == plan.json { return study }
      if let old = try StudyPlan(of: record), let other = old.difference(from: plan), !record.trials.isEmpty {
        throw StorageError(
          "the study \"\(plan.name)\" of \(storage.name) has \(other); choose another name for the study, "
            + "or begin with its trials: 'from: \(plan.name)'")
      }
      guard record.directions == directions else {
        throw StorageError(
          "the study \"\(plan.name)\" of \(storage.name) has other objectives; choose another name for the study")
      }
      change.append(.setStudyAttribute(study: study, .system, name: StudyPlan.attribute, plan.json))
      // What the keys `name[i]` of orders and shares stand for.
      change.append(.setStudyAttribute(study: study, .user, name: "gradus:parameters", .array(plan.parameters)))
      // What optuna calls the objectives.
      let names = JSONValue(strings: plan.objectives.map(\.name))
      change.append(.setStudyAttribute(study: study, .system, name: "study:metric_names", names))
      return study
    }
  }

  /// The study as it was at the last change or refresh.
  public var record: StudyRecord? { storage.replica.studies[study] }

  /// Ended trials that count: all but those that were lost and are tried again.
  public func count() -> Int { record.map { count($0) } ?? ended }

  private func count(_ record: StudyRecord) -> Int {
    while cursor < record.events.count {
      let event = record.events[cursor]
      let isLost = record.trials[event.trial].attribute(.system, StudySuggester.lostAttribute) != nil
      if event.isEnd, !isLost { ended += 1 }
      cursor += 1
    }
    return ended
  }

  // MARK: Taking and bringing back

  /// A trial to try: one that waits, or else a new one.
  public func claim() throws -> Claim {
    try storage.refresh()
    if let record { try suggester.follow(record) }
    // May be decided twice, where a database did not take the first decision.
    // A trial that is forgotten when the machine loses its power is asked again.
    let claim = try storage.change(isDurable: false) { change in try self.claim(&change) }
    if case .trial(let trial) = claim { open.insert(trial.number) }
    return claim
  }

  /// Ends a trial and takes the next one in one change, which is half the work of two. `isTaken`: see `end`.
  public func turn(_ trial: OpenTrial, _ outcome: TrialOutcome) throws -> (isTaken: Bool, claim: Claim) {
    open.remove(trial.number)
    heard[trial.number] = nil
    try storage.refresh()
    if let record { try suggester.follow(record) }
    var isRepeated = false
    do {
      let result = try storage.change { change in
        // The method has heard of an end that did not come about.
        if isRepeated { forget() }
        isRepeated = true
        return (isTaken: end(trial, outcome, &change), claim: try self.claim(&change))
      }
      if case .trial(let next) = result.claim { open.insert(next.number) }
      return result
    } catch {
      forget()
      throw error
    }
  }

  /// Begins again to follow the study.
  private func forget() {
    suggester.forget()
    (ended, cursor) = (0, 0)
  }

  private func claim(_ change: inout StudyChange) throws -> Claim {
    guard let record = change.replica.studies[study] else { return .done("the study was deleted") }
    if let number = record.unfinished.first(where: { record.trials[$0].state == .waiting }) {
      return try begin(record.trials[number], &change)
    }
    // Nobody knows whether trials of other programs ever end.
    let ours = record.unfinished.count { record.trials[$0].attribute(.system, Self.workerAttribute) != nil }
    if let trials = plan.trials, count(record) + ours >= trials {
      return ours == 0 ? .done("all \(trials) trials are done") : .wait
    }
    switch try suggester.next(record) {
    case .wait: return .wait
    case .end(let reason): return ours == 0 ? .done(reason) : .wait
    case .point(let suggestion): return .trial(create(suggestion, &change))
    }
  }

  /// The number of this process among the workers of the study, told before its first trial.
  private func signed(_ change: inout StudyChange) -> JSONValue {
    func name(_ number: Int) -> String { "\(Self.workerAttribute):\(number)" }
    let record = change.replica.studies[study]
    if record?.attribute(.system, name(worker)) == description { return .integer(worker) }
    worker = record?.systemAttributes.count { $0.name.hasPrefix("\(Self.workerAttribute):") } ?? 0
    change.append(.setStudyAttribute(study: study, .system, name: name(worker), description))
    return .integer(worker)
  }

  private func create(_ suggestion: StudySuggester.Suggestion, _ change: inout StudyChange) -> OpenTrial {
    var draft = TrialDraft()
    draft.started = .now
    draft.parameters = suggester.coordinates.parameters(at: suggestion.point)
    draft.systemAttributes = [
      .init(StudySuggester.questionAttribute, .integer(suggestion.question)),
      .init(Self.workerAttribute, signed(&change)),
    ]
    if let fidelity = suggestion.fidelity {
      draft.systemAttributes.append(.init(StudySuggester.fidelityAttribute, .number(fidelity)))
    }
    let id = change.createTrial(in: study, draft)
    let number = change.replica.trial(id)?.number ?? 0
    return OpenTrial(
      id: id, number: number, values: suggester.coordinates.space.json(of: suggestion.point).members ?? [],
      fidelity: suggestion.fidelity)
  }

  private func begin(_ trial: TrialRecord, _ change: inout StudyChange) throws -> Claim {
    guard let record = change.replica.studies[study] else { return .wait }
    guard let point = suggester.coordinates.point(of: trial, in: record) ?? completed(trial, &change) else {
      change.append(
        .setTrialAttribute(
          trial: trial.id, .system, name: Self.failureAttribute, "its parameters are not those of the study"))
      change.append(.setState(trial: trial.id, .failed, values: nil, .now))
      return .wait
    }
    change.append(.setTrialAttribute(trial: trial.id, .system, name: Self.workerAttribute, signed(&change)))
    change.append(.setState(trial: trial.id, .running, values: nil, .now))
    return .trial(
      OpenTrial(
        id: trial.id, number: trial.number, values: suggester.coordinates.space.json(of: point).members ?? [],
        fidelity: trial.attribute(.system, StudySuggester.fidelityAttribute)?.double))
  }

  /// The point of a trial that somebody enqueued with some of its values: the others are those of the best point known.
  private func completed(_ trial: TrialRecord, _ change: inout StudyChange) -> Vector? {
    let coordinates = suggester.coordinates
    let base = suggester.recommendation ?? coordinates.space.middle
    guard trial.parameters.isEmpty, let fixed = trial.attribute(.system, "fixed_params")?.members,
      let whole = coordinates.point(fixing: fixed, in: base)
    else { return nil }
    for parameter in coordinates.parameters(at: whole) {
      change.append(
        .setParameter(trial: trial.id, name: parameter.name, parameter.value, parameter.distribution))
    }
    return whole
  }

  /// Ends a trial; false where somebody else has ended it. When this returns, the trial is on the disk.
  @discardableResult
  public func end(_ trial: OpenTrial, _ outcome: TrialOutcome) throws -> Bool {
    open.remove(trial.number)
    heard[trial.number] = nil
    return try storage.change { change in end(trial, outcome, &change) }
  }

  private func end(_ trial: OpenTrial, _ outcome: TrialOutcome, _ change: inout StudyChange) -> Bool {
    guard isMine(trial, change.replica) else { return false }
    var notes: [(kind: AttributeKind, name: String, value: JSONValue)] = []
    let (state, values): (TrialState, [Double]?)
    switch outcome {
    case .complete(let told, let constraints, let members):
      notes = members.map { (.user, $0.name, $0.value) }
      if !plan.constraints.isEmpty {
        notes.append((.system, StudySuggester.constraintsAttribute, JSONValue(numbers: constraints)))
      }
      (state, values) = (.complete, told)
    case .pruned:
      let last = change.replica.trial(trial.id)?.intermediate.last?.value
      (state, values) = (.pruned, last.flatMap { $0.isNaN ? nil : [$0] })
    case .failed(let reason, let errors):
      notes = [(.system, Self.failureAttribute, .string(reason))]
      if !errors.isEmpty { notes.append((.system, Self.errorsAttribute, .string(errors))) }
      (state, values) = (.failed, nil)
    }
    for note in notes { change.append(.setTrialAttribute(trial: trial.id, note.kind, name: note.name, note.value)) }
    return change.end(trial.id, state, values: values)
  }

  /// Puts a trial back that was not tried to its end, for whoever takes it next.
  public func release(_ trial: OpenTrial) throws {
    open.remove(trial.number)
    try storage.change { change in
      if isMine(trial, change.replica) { change.append(.setState(trial: trial.id, .waiting, values: nil, nil)) }
    }
  }

  private func isMine(_ trial: OpenTrial, _ replica: StudyReplica) -> Bool {
    guard let known = replica.trial(trial.id), known.state == .running else { return false }
    return isOwn(known, replica.studies[study])
  }

  /// Who runs a trial; nil where it is somebody who does not say.
  private func owner(_ trial: TrialRecord, _ study: StudyRecord?) -> JSONValue? {
    guard let number = trial.attribute(.system, Self.workerAttribute)?.whole else { return nil }
    return study?.attribute(.system, "\(Self.workerAttribute):\(number)")
  }

  private func isOwn(_ trial: TrialRecord, _ study: StudyRecord?) -> Bool {
    trial.attribute(.system, Self.workerAttribute)?.whole == worker && owner(trial, study) == description
  }

  // MARK: On the way

  /// Takes in a value from the middle of a trial; true when the trial is not worth its end.
  public func report(_ trial: OpenTrial, step: Int, value: Double) throws -> Bool {
    try storage.change(isDurable: false) { change in
      change.append(.setIntermediate(trial: trial.id, step: step, value))
    }
    guard pruning != nil, let record, let sign = plan.objectives.first?.direction.sign else { return false }
    var isPruned = false
    // What others have reached counts as well.
    for number in record.unfinished {
      let values = record.trials[number].intermediate
      for entry in values.dropFirst(heard[number] ?? 0) {
        let answer = pruning?.report(id: number, step: entry.step, value: sign * entry.value) ?? false
        if number == trial.number { isPruned = answer }
      }
      heard[number] = values.count
    }
    return isPruned
  }

  /// Says that this process is there; to be called every few seconds while trials run.
  public func beat() throws {
    guard !open.isEmpty else { return }
    beats += 1
    try storage.change(isDurable: false) { change in
      for number in open.sorted() {
        guard let id = change.replica.studies[study]?.trials[number].id else { continue }
        change.append(.setTrialAttribute(trial: id, .system, name: Self.beatAttribute, .integer(beats)))
      }
    }
  }

  /// Has trials whose process is gone tried once more; the numbers of those that were lost.
  public func reclaim() throws -> [Int] {
    try storage.refresh()
    guard let record else { return [] }
    let gone = record.unfinished.filter { isGone(record.trials[$0], record) }
    guard !gone.isEmpty else { return [] }
    return try storage.change { change in
      guard let record = change.replica.studies[study] else { return [] }
      let lost = gone.filter { record.trials[$0].state == .running && isGone(record.trials[$0], record) }
      for number in lost { lose(record.trials[number], record, &change) }
      return lost
    }
  }

  /// Takes a trial of this process for lost, because whoever tried it for us does not answer any more; it is tried once more.
  public func lose(_ trial: OpenTrial) throws {
    open.remove(trial.number)
    heard[trial.number] = nil
    try storage.change { change in
      guard isMine(trial, change.replica), let record = change.replica.studies[study] else { return }
      lose(record.trials[trial.number], record, &change)
    }
  }

  private func lose(_ trial: TrialRecord, _ record: StudyRecord, _ change: inout StudyChange) {
    func note(_ name: String, _ value: JSONValue) {
      change.append(.setTrialAttribute(trial: trial.id, .system, name: name, value))
    }
    note(Self.failureAttribute, "the process that ran it is gone")
    let origin = trial.attribute(.system, StudySuggester.retryAttribute)
    if origin == nil { note(StudySuggester.lostAttribute, true) }
    change.append(.setState(trial: trial.id, .failed, values: nil, .now))
    guard origin == nil else { return }
    var draft = TrialDraft(.waiting)
    draft.parameters = trial.parameters.map { setting in
      let parameter = record.parameters[setting.parameter]
      return .init(parameter.name, setting.value, parameter.distribution)
    }
    draft.systemAttributes = [.init(StudySuggester.retryAttribute, .integer(trial.number))]
    if let fidelity = trial.attribute(.system, StudySuggester.fidelityAttribute) {
      draft.systemAttributes.append(.init(StudySuggester.fidelityAttribute, fidelity))
    }
    _ = change.createTrial(in: study, draft)
  }

  /// Whether the process of a trial that runs is gone, as far as can be told from here.
  private func isGone(_ trial: TrialRecord, _ study: StudyRecord) -> Bool {
    guard trial.state == .running, !open.contains(trial.number),
      let owner = owner(trial, study), let place = owner["place"]?.text
    else { return false }
    if owner == description { return true }
    if place == identity.place, let number = owner["pid"]?.whole.flatMap({ Int32(exactly: $0) }) {
      return ProcessIdentity(place: place, number: number, began: owner["began"]?.text ?? "").isGone
    }
    let beat = trial.attribute(.system, Self.beatAttribute)?.whole ?? 0
    let now = MonotonicTime.now
    guard let sign = signs[trial.id], sign.beat == beat else {
      signs[trial.id] = (beat, now)
      return false
    }
    return now - sign.since > plan.grace
  }
}
