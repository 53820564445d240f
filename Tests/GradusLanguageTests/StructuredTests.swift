// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import Synchronization
import Testing

@Suite struct StructuredTests {
  static let schema = JSONSchema([
    "type": "object", "required": ["steps"], "additionalProperties": false,
    "properties": [
      "steps": [
        "type": "array", "minItems": 1,
        "items": [
          "type": "object", "properties": ["cost": ["type": "number", "minimum": 0], "kind": ["enum": ["a", "b"]]],
        ],
      ],
      "count": ["type": ["integer", "null"]], "name": ["type": "string", "maxLength": 3],
    ],
  ])

  static let table: [(json: String, fault: String?)] = [
    (#"{"steps": [{"cost": 1.5, "kind": "a"}], "count": 2, "name": "abc"}"#, nil),
    (#"{"steps": [{}], "count": null}"#, nil),
    (#"{"steps": [{}], "count": 2.0}"#, nil), (#"{"count": 2}"#, "$: 'steps' is missing"),
    (#"{"steps": []}"#, "$.steps: fewer than 1 elements"),
    (#"{"steps": [{}, {"cost": -1}]}"#, "$.steps[1].cost: below 0.0"),
    (#"{"steps": [{"kind": "c"}]}"#, #"$.steps[0].kind: not one of "a", "b""#),
    (#"{"steps": [{}], "count": 2.5}"#, "$.count: a number where a whole number or a null belongs"),
    (#"{"steps": [{}], "name": "four"}"#, "$.name: longer than 3 characters"),
    (#"{"steps": [{}], "other": 1}"#, "$: 'other' does not belong there"),
    (#"[1]"#, "$: an array where an object belongs"),
  ]

  @Test(arguments: table.indices) func faultsAreNamedWithTheirPlace(_ index: Int) throws {
    let (json, fault) = Self.table[index]
    #expect(Self.schema.fault(of: try JSONValue(parsing: json)) == fault)
  }

  @Test func wrongAnswersAreSentBack() async throws {
    let prompts = Mutex<[String]>([])
    let model = ScriptedModel { prompt, _ in
      let turn = prompts.withLock { prompts in
        prompts.append(prompt)
        return prompts.count
      }
      return ["Sorry?", #"{"steps": []}"#, #"Here: {"steps": [{"cost": 2}]}"#][turn - 1]
    }
    let found = try await model.structured(ModelRequest(asking: "Plan."), Self.schema)
    #expect(found.value["steps"]?.elements?.count == 1)
    #expect(prompts.withLock { $0[1] }.contains("it holds no JSON object"))
    #expect(prompts.withLock { $0[2] }.contains("$.steps: fewer than 1 elements"))
    let stubborn = ScriptedModel { _, _ in "no" }
    await #expect(throws: ModelFailure.self) {
      try await stubborn.structured(ModelRequest(asking: "Plan."), Self.schema)
    }
  }

  @Test func theSimulatedModelDoesWhatItsFormulaSays() async throws {
    let items = (0..<20).map { SimulatedModel.Item("Question \($0)?", "answer-\($0)") }
    let directives = [SimulatedModel.Directive("Be careful.", weight: 2), .init("Hurry up.", weight: -2)]
    let model = SimulatedModel(items: items, directives: directives, seed: 7)
    for (text, wanted) in [("", 1 / (1 + 2.718281828459045)), ("Be careful.", 1 / (1 + 0.36787944117144233))] {
      var right = 0
      for k in 0..<4000 {
        let item = items[k % 20]
        let reply = try await model.reply(to: ModelRequest(asking: "\(text) \(item.question)", seed: k))
        if reply.text == item.answer { right += 1 }
      }
      // Four standard deviations.
      #expect(abs(Double(right) / 4000 - wanted) < 4 * (wanted * (1 - wanted) / 4000).squareRoot())
    }
    let request = ModelRequest(asking: items[3].question, seed: 5)
    #expect(try await model.reply(to: request) == model.reply(to: request))
  }
}
