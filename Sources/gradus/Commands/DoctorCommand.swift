// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard
import GradusNative

struct DoctorCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Prints which components were found, and what does not work without the missing ones.")

  @OptionGroup var output: OutputOptions

  func execute() async throws -> ExitCode {
    let reports = ComponentReport.all() + [ServiceProgram.report(), LocalModel.report()]
    switch output.format {
    case .text: Console.out(Self.text(reports))
    case .json:
      let document: JSONValue = [
        "schema": "gradus.doctor/1", "version": .string(gradusVersion), "components": .array(reports.map(\.json)),
      ]
      Console.out(document.serialized(indented: true) + [0x0A])
    }
    return .success
  }

  private static func text(_ reports: [ComponentReport]) -> String {
    var text = "gradus \(gradusVersion)\n"
    var table = Table(["component", "version", "license", "found"])
    for report in reports {
      table.rows.append([
        report.component.name, report.version ?? (report.isUsable ? "unknown" : "–"), report.component.licence,
        report.path ?? "no",
      ])
    }
    text += table.text
    for report in reports where !report.isUsable {
      let cause = report.problem ?? "not found"
      text += "\(report.component.name): \(cause). \(report.component.without). "
      text += "Install it with '\(report.component.install)'.\n"
    }
    return text
  }
}

extension ComponentReport {
  fileprivate var json: JSONValue {
    [
      "name": .string(component.name), "usable": .bool(isUsable), "path": JSONValue(path),
      "version": JSONValue(version), "problem": JSONValue(problem), "license": .string(component.licence),
      "purpose": .string(component.purpose), "without": .string(component.without),
      "install": .string(component.install),
    ]
  }
}
