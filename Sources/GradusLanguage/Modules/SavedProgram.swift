// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// The values of a workflow's parameters as plain JSON, with what they belong to.
///
///     {"schema": "gradus.program/1", "gradus": "0.1.0",
///      "parameters": {"answer.instruction": "…", "answer.demonstrations": [{…}], "k": 3}}
///
/// Written and read it is the same to the bit: numbers keep every digit.
public struct SavedProgram: Sendable, Hashable {
  public static let schema = "gradus.program/1"
  public var assignment: Assignment

  public init(_ assignment: Assignment) { self.assignment = assignment }

  public var json: JSONValue {
    [
      "schema": .string(Self.schema), "gradus": .string(gradusVersion),
      "parameters": .object(assignment.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, $0.value.json) }),
    ]
  }

  /// Reads values for these parameters: each of them once, of its type and in its domain, and no others.
  public init(_ json: JSONValue, for parameters: [WorkflowParameter]) throws(WorkflowError) {
    guard json["schema"]?.text == Self.schema, let members = json["parameters"]?.members else {
      throw WorkflowError("this is no saved program (\(Self.schema))")
    }
    assignment = [:]
    for parameter in parameters {
      guard let said = members.first(where: { $0.name == parameter.name })?.value else {
        throw WorkflowError("the saved program has no value for '\(parameter.name)'")
      }
      guard let value = parameter.value(from: said), parameter.admits(value),
        value.json == said || value.double == said.double
      else {
        throw WorkflowError("the saved value of '\(parameter.name)' is none that it may have")
      }
      assignment[parameter.name] = value
    }
    if let strange = members.first(where: { member in !parameters.contains { $0.name == member.name } }) {
      throw WorkflowError("the saved program has a value for '\(strange.name)', which the workflow does not know")
    }
  }
}
