// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import Testing

@Suite struct SignatureTests {
  @Test(arguments: [
    ("question -> answer", "question -> answer"),
    (" question ,context:list[ str ]->  answer :float", "question, context: list[text] -> answer: float"),
    ("review -> label: 'good' | \"bad, or worse\"", "review -> label: \"good\" | \"bad, or worse\""),
    ("-> joke", " -> joke"),
    ("a: list[list[int]], b: json -> c: bool, d: integer", "a: list[list[int]], b: json -> c: bool, d: int"),
  ])
  func signaturesAreReadAndSaidAgain(_ text: String, _ expected: String) throws {
    let signature = try Signature(text)
    #expect(signature.description == expected)
    #expect(try Signature(signature.description) == signature)
  }

  @Test(arguments: [
    ("question", "'question' has 0 arrows; expected one, as in question -> answer"),
    ("a -> b -> c", "'a -> b -> c' has 2 arrows; expected one, as in question -> answer"),
    ("a ->", "a signature without an output; expected question -> answer"),
    ("a -> a", "the field 'a' is there twice; expected another name"),
    ("a, -> b", "'' is no name of a field; expected letters, digits and _"),
    ("a b -> c", "'a b' is no name of a field; expected letters, digits and _"),
    ("a -> b: fload", "'fload' is no type; expected text, int, float, bool, json, list[T], or \"a\" | \"b\""),
    ("a -> b: \"x", "'b: \"x' has a quote or bracket without its end; expected both of them"),
    ("a -> b: list[int", "'b: list[int' has a quote or bracket without its end; expected both of them"),
    ("a -> b: \"x\" \"y\"", "'\"x\" \"y\"' has choices without a bar between them; expected \"a\" | \"b\""),
    ("a -> b: \"x\" | \"x\"", "'\"x\" | \"x\"' has a choice twice; expected different texts"),
    ("a -> b: \"x\" | y", "'\"x\" | y' has a choice without quotes; expected \"a\" | \"b\""),
  ])
  func whatIsWrongIsSaidInOneLine(_ text: String, _ message: String) {
    #expect { try Signature(text) } throws: { "\($0)" == message }
  }

  @Test func deepListsEndWithAnError() {
    let deep = String(repeating: "list[", count: 5000) + "int" + String(repeating: "]", count: 5000)
    #expect(throws: SignatureError.self) { try Signature("a -> b: \(deep)") }
  }

  @Test func noTextIsACrash() {
    var stream = RandomStream(seed: 7)
    let pieces = ["a", "->", ":", ",", "[", "]", "list[", "\"", "'", "|", " ", "int", "é", "\n", "_", "9"]
    for _ in 0..<20_000 {
      let text = (0..<stream.integer(below: 12)).map { _ in pieces[stream.integer(below: pieces.count)] }.joined()
      if let signature = try? Signature(text) {
        #expect((try? Signature(signature.description)) == signature, "\(text)")
      }
    }
  }

  @Test(
    arguments: [
      ("float", "The total is 1,234.50 dollars.", "1234.5"), ("float", "-3e-2", "-0.03"),
      ("float", "5 apples, 7 pears", "7"),
      ("float", "minus: -4.", "-4"), ("float", "none", nil), ("float", "inf", nil), ("int", "42", "42"),
      ("int", "4.5", nil),
      ("int", "1e30", nil), ("bool", "Yes, it is.", "true"), ("bool", "FALSE", "false"), ("bool", "yes and no", nil),
      ("\"good\" | \"bad\"", "**Good**", "\"good\""), ("\"good\" | \"bad\"", "I think it is bad.", "\"bad\""),
      ("\"good\" | \"bad\"", "good or bad", nil), ("\"(A)\" | \"(B)\"", "The answer is (B).", "\"(B)\""),
      ("list[int]", "[1, 2]", "[1,2]"), ("list[int]", "```json\n[1]\n```", "[1]"), ("list[int]", "[1, \"a\"]", nil),
      ("json", "{\"a\": 1}", "{\"a\":1}"), ("text", "  as it is ", "\"as it is\""),
    ] as [(String, String, String?)])
  func answersAreReadAsTheyAreMeant(_ type: String, _ text: String, _ value: String?) throws {
    let found = try FieldType(type).value(in: text)
    if type == "float" {
      #expect(found?.double == value.flatMap { Double($0) })
    } else {
      #expect(found?.description == value)
    }
    if let found { #expect(try FieldType(type).admits(found)) }
  }

  @Test(arguments: [
    ("4", "4"), ("Answer: 4", "4"), ("**Answer:** 4", "4"), ("Reasoning: two and two\nmake four\nAnswer: 4", "4"),
    ("two and two\nAnswer: 4\nQuestion: and three?\nAnswer: 9", "4"), ("{\"reasoning\": \"so\", \"answer\": 4}", "4"),
    ("Answer: 3\nNo, wrong.\nAnswer: 4", "4"),
  ])
  func outputsAreFoundInAnswers(_ text: String, _ answer: String) throws {
    let plain = try Signature("question -> answer: int")
    #expect(try PredictorPrompt(plain).read(text)["answer"]?.description == answer)
  }

  @Test func whatIsMissingIsSaid() throws {
    let prompt = PredictorPrompt(try Signature("question -> reasoning, answer: int"))
    #expect { try prompt.read("Reasoning: because") } throws: { "\($0)" == "there is no line 'Answer: …'" }
    #expect { try prompt.read("Reasoning: because\nAnswer: many") } throws: {
      "\($0)" == "'Answer' is not a whole number: 'many'"
    }
    // A model that was led to the first label does not repeat it.
    #expect(try prompt.read("because\nAnswer: 3")["reasoning"] == "because")
  }

  @Test func thePromptIsPlain() throws {
    var signature = try Signature("question, hint -> answer: \"yes\" | \"no\"", instruction: "Say whether it is so.")
    signature.outputs[0].purpose = "no doubts"
    let prompt = PredictorPrompt(
      signature, demonstrations: [Demonstration(["question": "Is snow white?", "hint": "look", "answer": "yes"])])
    let expected = """
      Say whether it is so.
      Answer in this form:
      Answer: <one of yes, no, no doubts>

      Question: Is snow white?
      Hint: look
      Answer: yes

      Question: Is tar?
      Hint: look too
      Answer:
      """
    #expect(prompt.text(["question": "Is tar?", "hint": "look too"]) == expected)
    let messages = prompt.messages(["question": "Is tar?", "hint": "look too"])
    #expect(messages.map(\.role) == [.system, .user, .assistant, .user])
  }
}
