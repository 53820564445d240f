// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

struct StudyEnqueueCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "enqueue", abstract: "Adds a trial with given parameters, for the next worker that is free.",
    discussion: """
      Parameters are words, or an object: lr=0.01 act=relu   --params '{"lr": 0.01, "act": "relu"}'
      Those that are not given are left to the method.
      """)

  @OptionGroup var output: OutputOptions
  @OptionGroup var place: StudyOptions

  @Option(help: ArgumentHelp("Parameters as a JSON object.", valueName: "object"))
  var params: String?

  @Argument(help: ArgumentHelp("Parameters.", valueName: "name=value"))
  var words: [String] = []

  @Flag(help: "Accept parameters that no trial has had yet.")
  var new = false

  /// A value as it was given: a word may be a text or a number.
  private struct Given {
    var name: String
    var text: String?
    var value: JSONValue
  }

  private func given() throws(Failure) -> [Given] {
    var given: [Given] = []
    if let params {
      let json: JSONValue
      do { json = try JSONValue(parsing: params) } catch { throw Failure(.usage, "--params: \(error)") }
      guard let members = json.members else {
        throw Failure(.usage, "--params: expected an object such as '{\"lr\": 0.01}', not \(json.kindName)")
      }
      given = members.map { Given(name: $0.name, text: $0.value.text, value: $0.value) }
    }
    for word in words {
      guard let place = word.firstIndex(of: "="), place > word.startIndex else {
        throw Failure(.usage, "'\(StudyText.plain(word))': expected NAME=VALUE, such as lr=0.01")
      }
      let text = String(word[word.index(after: place)...])
      let value = (try? JSONValue(parsing: text)) ?? .string(text)
      given.append(Given(name: String(word[..<place]), text: text, value: value))
    }
    var names: Set<String> = []
    if let twice = given.first(where: { !names.insert($0.name).inserted }) {
      throw Failure(.usage, "the parameter '\(StudyText.plain(twice.name))' is given twice")
    }
    return given
  }

  func execute() async throws -> ExitCode {
    let given = try given()
    let storage = try place.place.open()
    let record = try storage.change { (change) throws -> TrialRecord? in
      let study = try place.find(in: change.replica, of: storage)
      var draft = TrialDraft(.waiting)
      var fixed: [JSONValue.Member] = []
      for one in given {
        guard let parameter = try check(one, study) else {
          fixed.append(.init(one.name, one.value))
          continue
        }
        draft.parameters.append(parameter)
        fixed.append(.init(one.name, parameter.distribution.value(parameter.value)))
      }
      draft.systemAttributes = [.init("fixed_params", .object(fixed))]
      let id = change.createTrial(in: study.id, draft)
      return change.replica.trial(id)
    }
    guard let record else { throw Failure(.failed, "\(storage.name) did not take the trial; try again") }
    switch output.format {
    case .json:
      let study = try place.find(in: storage.replica, of: storage)
      Console.out(StudyDocument.json(record, in: study).serialized(indented: true) + [0x0A])
    case .text: if !output.quiet { Console.out("trial \(record.number): waiting\n") }
    }
    return .success
  }

  /// The value in the range that the parameter had last; nil where no trial has had it.
  private func check(_ given: Given, _ study: StudyRecord) throws(Failure) -> TrialDraft.Parameter? {
    let name = StudyText.plain(given.name)
    guard let distribution = study.parameters.last(where: { $0.name == given.name })?.distribution else {
      guard !study.parameters.isEmpty, !new else { return nil }
      let near = nearest(to: given.name, among: study.parameters.map(\.name)).map {
        "did you mean '\(StudyText.plain($0))'?"
      }
      throw Failure(
        .usage,
        "no trial of \(StudyText.plain(study.name)) has a parameter '\(name)'; \(near ?? "--new accepts it nevertheless")"
      )
    }
    // A word that is a choice as it stands is that choice, even where it looks like a number.
    let number = given.text.flatMap { distribution.number(.string($0)) } ?? distribution.number(given.value)
    guard let number else {
      throw Failure(
        .usage,
        "\(name)=\(StudyText.plain(given.text ?? given.value.description)) is out of range; allowed is "
          + StudyText.plain(distribution.words, limit: 200))
    }
    return .init(given.name, number, distribution)
  }
}
