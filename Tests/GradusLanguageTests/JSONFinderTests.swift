// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import Testing

@Suite struct JSONFinderTests {
  @Test func objectsAreFoundAmongWords() {
    #expect(JSONFinder.object(in: "so: {\"a\": 1}, or rather {\"a\": {\"b\": 2}} it is")?["a"]?["b"] == 2)
    #expect(JSONFinder.object(in: "{not} {\"a\": \"}\"} {") == ["a": "}"])
    #expect(JSONFinder.object(in: "{\"a\": \"two\nlines\\n\"}") == ["a": "two\nlines\n"])
    #expect(JSONFinder.object(in: "[1, 2]") == nil)
    #expect(JSONFinder.object(in: String(repeating: "{", count: 200_000)) == nil)
  }

  @Test func tagsAndBlocks() {
    #expect(JSONFinder.tagged("b", in: "<b>one</b> and <b>two</b>") == "two")
    #expect(JSONFinder.tagged("b", in: "<b>one") == nil)
    #expect(JSONFinder.block("swift", in: "```\nx\n```\n```swift\nlet a = 1\n```\nend") == "let a = 1")
    #expect(JSONFinder.block(in: "```py\na\n\nb\n```") == "a\n\nb")
    #expect(JSONFinder.block(in: "```py\na") == nil)
  }
}
