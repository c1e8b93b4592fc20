// Of exceljs the writer alone: the rest of it would take as long to load as a small import takes.
declare module 'exceljs/lib/stream/xlsx/workbook-writer.js' {
  import excel from 'exceljs'
  export default excel.stream.xlsx.WorkbookWriter
}
