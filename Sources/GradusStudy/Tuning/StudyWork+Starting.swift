// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNative

extension StudyWork {
  /// Starts the command of a trial.
  ///
  /// Beside its words it is told by the environment: GRADUS_STUDY, GRADUS_TRIAL, GRADUS_PARAMETERS (a JSON object), GRADUS_SEED,
  /// GRADUS_REPEAT, and GRADUS_FIDELITY where the method asks for one.
  func start(_ trial: OpenTrial, repetition: Int) throws(ChannelError) -> CommandProcess {
    let words = template.words(values(trial, repetition))
    return try CommandProcess(words, variables: variables(trial, repetition))
  }

  /// Different for every trial and every repetition, the same whoever tries it.
  private func seed(_ trial: OpenTrial, _ repetition: Int) -> Int {
    Int(truncatingIfNeeded: desk.plan.seed) &* 1_000_003 &+ trial.number &* desk.plan.repeats &+ repetition
  }

  private func values(_ trial: OpenTrial, _ repetition: Int) -> [String: String] {
    var values: [String: String] = [:]
    for member in trial.values { values[member.name] = member.value.text ?? member.value.description }
    values["trial"] = "\(trial.number)"
    values["seed"] = "\(seed(trial, repetition) & 0x7fff_ffff)"
    values["repeat"] = "\(repetition)"
    values["fidelity"] = "\(trial.fidelity ?? 1)"
    return values
  }

  private func variables(_ trial: OpenTrial, _ repetition: Int) -> [(name: String, value: String)] {
    var variables = [
      (name: "GRADUS_STUDY", value: desk.plan.name), (name: "GRADUS_TRIAL", value: "\(trial.number)"),
      (name: "GRADUS_PARAMETERS", value: JSONValue.object(trial.values).description),
      (name: "GRADUS_SEED", value: "\(seed(trial, repetition) & 0x7fff_ffff)"),
      (name: "GRADUS_REPEAT", value: "\(repetition)"),
    ]
    if let fidelity = trial.fidelity { variables.append((name: "GRADUS_FIDELITY", value: "\(fidelity)")) }
    return variables
  }

  // MARK: Lasting workers

  /// Hands a trial to a worker that waits, or to a new one: `{"trial": 3, "repeat": 0, "seed": 7, "parameters": {…}}`.
  func hand(_ trial: OpenTrial) throws {
    let process: CommandProcess
    if let waiting = idle.popLast(), waiting.state == nil {
      process = waiting
    } else {
      do {
        process = try CommandProcess(template.words([:]), variables: [(name: "GRADUS_STUDY", value: desk.plan.name)])
      } catch {
        try refuse(trial, error)
      }
    }
    var run = TrialRun(trial: trial, process: process)
    run.unsent = question(trial, repetition: 0)
    send(&run)
    runs.append(run)
  }

  /// Sends what fits into the pipe: at once, because before the next look at all commands others may have to be asked for.
  private func send(_ run: inout TrialRun) {
    if !run.unsent.isEmpty, let count = run.process.write(run.unsent) { run.unsent = run.unsent.dropFirst(count) }
  }

  private func question(_ trial: OpenTrial, repetition: Int) -> ArraySlice<UInt8> {
    var members: [JSONValue.Member] = [
      .init("trial", .integer(trial.number)), .init("repeat", .integer(repetition)),
      .init("seed", .integer(seed(trial, repetition) & 0x7fff_ffff)), .init("parameters", .object(trial.values)),
    ]
    if let fidelity = trial.fidelity { members.append(.init("fidelity", .number(fidelity))) }
    return JSONValue.object(members).serialized()[...] + [10]
  }

  /// One step of a trial that a lasting worker tries. A line with the intermediate name is one from the middle and is answered by
  /// `{"prune": false}` or `{"prune": true}`; any other line with values ends the trial, or one of its repetitions.
  func advanceLines(_ run: inout TrialRun) throws -> TrialOutcome? {
    send(&run)
    var (reported, answers) = ([IntermediateValue](), [[String: Double]]())
    while answers.isEmpty, let bytes = run.process.read(.output), !bytes.isEmpty {
      run.words.take(bytes) { line in
        if let value = judge.intermediate(line) { reported.append(value) } else { answers.append(line) }
      }
    }
    while let bytes = run.process.read(.errors), !bytes.isEmpty { run.errors.take(bytes) }
    for value in reported {
      tell(.reported(run.trial, step: value.step, value: value.value))
      let isPruned = try desk.report(run.trial, step: value.step, value: value.value)
      run.unsent += Array((isPruned ? "{\"prune\":true}\n" : "{\"prune\":false}\n").utf8)
      if isPruned { run.pruned = true }
    }
    if let answer = answers.first { return try take(answer, &run) }
    if let ending = run.process.state {
      run.process.end()
      if let leaving = run.leaving { return outcome(of: leaving.cause, run) }
      return .failed(reason: "the worker ended with \(ending)", errors: run.errors.text)
    }
    if let timeout = desk.plan.timeout, run.seconds > timeout { run.leave(.timeout) }
    if let leaving = run.leaving { run.leave(leaving.cause) }
    return nil
  }

  /// Takes in the last line of a trial or of one of its repetitions.
  private func take(_ answer: [String: Double], _ run: inout TrialRun) throws -> TrialOutcome? {
    if run.pruned {
      idle.append(run.process)
      return .pruned
    }
    run.results.append(answer)
    let outcome = judge.outcome(run.results, notes: run.words.notes, errors: run.errors.text)
    if case .complete = outcome, run.results.count < desk.plan.repeats {
      run.words = TrialWords()
      run.unsent += question(run.trial, repetition: run.results.count)
      return nil
    }
    idle.append(run.process)
    return outcome
  }
}
