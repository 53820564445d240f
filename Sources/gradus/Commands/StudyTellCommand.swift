// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

struct StudyTellCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "tell", abstract: "Ends a trial that was run by hand, with its values or as failed.",
    discussion: """
      The trial must wait or run. Several values stand behind each other, or are separated by commas:
      --values 0.3 0.7   --values=-0.3,0.7
      """)

  @OptionGroup var output: OutputOptions
  @OptionGroup var place: StudyOptions

  @Option(help: ArgumentHelp("Which trial.", valueName: "number"))
  var trial: Int

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("What came out, one for each objective.", valueName: "numbers"))
  var values: [String] = []

  @Argument(help: .hidden)
  var more: [String] = []

  @Flag(help: "It came to nothing.")
  var fail = false

  mutating func validate() throws {
    if fail == !values.isEmpty { throw ValidationError("give either --values or --fail") }
    if values.isEmpty, let word = more.first { throw ValidationError("Unexpected argument '\(word)'") }
  }

  private func numbers() throws(Failure) -> [Double] {
    var numbers: [Double] = []
    for word in (values + more).flatMap({ $0.split(separator: ",") }) {
      guard let number = Double(word), !number.isNaN else {
        throw Failure(
          .usage,
          "--values: '\(StudyText.plain(String(word)))' is no number; a trial without a value is told with --fail")
      }
      numbers.append(number)
    }
    return numbers
  }

  func execute() async throws -> ExitCode {
    let numbers = try numbers()
    let storage = try place.place.open()
    let record = try storage.change { (change) throws -> TrialRecord in
      let study = try place.find(in: change.replica, of: storage)
      let name = StudyText.plain(study.name)
      guard study.trials.indices.contains(trial) else {
        throw Failure(
          .usage,
          "the study \(name) has no trial \(trial); "
            + (study.trials.isEmpty ? "it has none" : "they are 0 to \(study.trials.count - 1)"))
      }
      let known = study.trials[trial]
      guard !known.state.isFinished else {
        throw Failure(
          .failed, "trial \(trial) of \(name) has ended already: it is \(known.state.name); nothing was changed")
      }
      guard fail || numbers.count == study.directions.count else {
        throw Failure(
          .usage,
          "the study \(name) has \(Numbers.counted(study.directions.count, "objective")), but --values has "
            + "\(Numbers.counted(numbers.count, "number"))")
      }
      if known.state == .waiting { Self.begin(known, of: study, &change) }
      _ = change.end(known.id, fail ? .failed : .complete, values: fail ? nil : numbers)
      return change.replica.trial(known.id) ?? known
    }
    switch output.format {
    case .json:
      let study = try place.find(in: storage.replica, of: storage)
      Console.out(StudyDocument.json(record, in: study).serialized(indented: true) + [0x0A])
    case .text:
      if !output.quiet {
        let value = fail ? "" : ", \(StudyText.values(record, digits: 12))"
        Console.out("trial \(trial): \(record.state.name)\(value)\n")
      }
    }
    return .success
  }

  /// A trial that waited has the parameters that were asked for, as far as it is known what they are.
  private static func begin(_ trial: TrialRecord, of study: StudyRecord, _ change: inout StudyChange) {
    change.append(.setState(trial: trial.id, .running, values: nil, .now))
    let held = Set(trial.parameters.map { study.parameters[$0.parameter].name })
    for member in trial.attribute(.system, "fixed_params")?.members ?? [] where !held.contains(member.name) {
      guard let distribution = study.parameters.last(where: { $0.name == member.name })?.distribution,
        let number = distribution.number(member.value)
      else { continue }
      change.append(.setParameter(trial: trial.id, name: member.name, number, distribution))
    }
  }
}
