// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

struct StudyReplayCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Asks the method of a study everything again, in the recorded order, and compares.",
    discussion: """
      The storage holds who was asked and told what, in one order. A method that hears the same in the same order asks the same: \
      so the schedule of any number of workers can be gone through again, by one. Ends with 100 where a trial is not what the \
      method asks here.
      """)

  @OptionGroup var output: OutputOptions
  @OptionGroup var place: StudyOptions

  func execute() async throws -> ExitCode {
    let (_, study) = try place.open()
    guard let plan = try StudyPlan(of: study) else {
      throw Failure(
        .usage, "the study \(StudyText.plain(study.name)) was not begun by 'gradus tune', and names no method to ask")
    }
    let suggester = try StudySuggester(plan, try StudyMethod(for: plan))
    var difference: String?
    do { try suggester.follow(study) } catch let error as StorageError { difference = error.description }
    let count = suggester.count
    switch output.format {
    case .json:
      let document: JSONValue = [
        "schema": "gradus.replay/1", "study": .string(study.name), "method": .string(suggester.method.name),
        "seed": JSONValue(plan.seed), "questions": .integer(count), "same": .bool(difference == nil),
        "difference": JSONValue(difference),
      ]
      Console.out(document.serialized(indented: true) + [0x0A])
    case .text:
      if difference == nil {
        let asked = "\(Numbers.counted(count, "question")) of \(suggester.method.name), seed \(plan.seed)"
        Console.out("\(StudyText.plain(study.name)): \(asked): asked again, all the same\n")
      }
    }
    if let difference { throw Failure(.refuted, difference) }
    return .success
  }
}
