// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import Testing

@Suite struct BasisFileTests {
  func form() throws -> StandardForm {
    var form = try LPReaderTests.read(
      "min\n x + y + z\nst\n a: x + y >= 1\n b: y + z >= 1\n c: x + z <= 9\nbounds\n x <= 5\n y free\n -inf <= z <= 3\nend\n"
    )
    form.name = "p"
    return form
  }

  @Test func readsAndWrites() throws {
    let form = try form()
    let text = "NAME p\n XL x a\n XU y c\n UL z\nENDATA\n"
    let basis = try BasisFile.parse(text: text, for: form)
    #expect(basis == Basis(columns: [.basic, .basic, .upper], rows: [.lower, .basic, .upper]))
    #expect(String(decoding: try BasisFile.text(of: basis, form: form), as: UTF8.self) == text)
  }

  /// Columns without a lower bound rest at the upper one, or at none.
  @Test func defaults() throws {
    let form = try form()
    let basis = try BasisFile.parse(text: "NAME\nENDATA\n", for: form)
    #expect(basis == Basis(columns: [.lower, .free, .upper], rows: [.basic, .basic, .basic]))
  }

  @Test func foreignNames() throws {
    var form = try form()
    form.columnNames = ["x 1", "y%", "z"]
    let basis = Basis(columns: [.basic, .free, .upper], rows: [.lower, .basic, .basic])
    let text = String(decoding: try BasisFile.text(of: basis, form: form), as: UTF8.self)
    #expect(text.contains("XL x%201 a"))
    #expect(try BasisFile.parse(text: text, for: form) == basis)
    let fixed = "NAME          p\n XL x 1       a\n UL z\nENDATA\n"
    #expect(try BasisFile.parse(text: fixed, for: form) == basis)
  }

  @Test(arguments: [
    ("", "1:1: the file is empty; expected NAME"),
    ("ROWS\n", "1:1: found \"ROWS\"; expected NAME"),
    ("NAME p\n", "1:1: the file ends without ENDATA; expected ENDATA in the last line"),
    ("NAME p\n XX x\n", "2:2: \"XX\" is not a status; expected XU, XL, BS, UL or LL"),
    ("NAME p\n XL x\n", "2:6: 2 fields; expected XL, a column and a row"),
    ("NAME p\n UL q\n", "2:5: the column q is unknown; expected a column of the problem p"),
    ("NAME p\n XL x q\n", "2:7: the row q is unknown; expected a row of the problem p"),
    ("NAME p\n UL x\n LL x\n", "3:5: the column x stands twice; expected one status a column"),
    ("NAME p\n XL x a\n XL y a\n", "3:7: the row a stands twice; expected one status a row"),
    ("NAME p\n BS x\nENDATA\n", "3:1: 4 rows and columns are basic; expected 3, one for each row"),
  ])
  func message(_ text: String, _ message: String) throws {
    let form = try form()
    let error = #expect(throws: ReadError.self) { try BasisFile.parse(text: text, for: form, path: "t.bas") }
    #expect(error?.description == "t.bas:" + message)
  }

  @Test func wrongBasesAreNotWritten() throws {
    let form = try form()
    let basis = Basis(columns: [.basic, .lower, .lower], rows: [.basic, .basic, .basic])
    #expect(throws: WriteError.self) { try BasisFile.text(of: basis, form: form) }
  }
}
