import { describe, expect, test } from 'vitest'
import { parseBoxes, parsePoints } from '../../../../src/main/jobs/predict-csv'

const boxes = (text: string): ReturnType<typeof parseBoxes> => parseBoxes(text, 'boxes.csv')
const points = (text: string): ReturnType<typeof parsePoints> => parsePoints(text, 'points.csv')

describe('boxes', () => {
  test('numbers unlabelled boxes of an image from 1, each image for itself', () => {
    const rows = boxes('a.png,1,2,3,4\nb.png,0,0,9,9\na.png,5,6,7,8\n')

    expect(rows.map(({ image, label, line }) => [image, label, line])).toEqual([
      ['a.png', 1, 1],
      ['b.png', 1, 2],
      ['a.png', 2, 3],
    ])
    expect(rows[2]?.prompt).toEqual({ box: { x0: 5, y0: 6, x1: 7, y1: 8 }, points: [] })
  })

  test('reads columns by the names of the header, in any order', () => {
    const [row] = boxes('slice,label,image,y1,x1,y0,x0\n12,300,ct.nii.gz,4,3,2,1')

    expect(row).toEqual({
      line: 2,
      image: 'ct.nii.gz',
      slice: 12,
      label: 300,
      prompt: { box: { x0: 1, y0: 2, x1: 3, y1: 4 }, points: [] },
    })
  })

  test('understands what spreadsheets write: byte order mark, semicolons, quotes, blank lines', () => {
    const rows = boxes('\uFEFFimage;x0;y0;x1;y1\r\n"left; ""old"".png";1;2;3;4\r\n\r\n')

    expect(rows.map(row => row.image)).toEqual(['left; "old".png'])
  })

  test.each([
    'image;x0;y0;x1;y1\na.png;40,5;22;50;60,25',
    'a.png;40,5;22;50;60,25',
    '# by hand, of 3\na.png;40,5;22;50;60,25',
    'a.png;40,5;22,0;50,0;60,25',
    '"a.png";40.5;22;50;60.25',
  ])('understands the decimal comma between semicolons: %j', text => {
    expect(boxes(text).map(row => [row.image, row.prompt.box])).toEqual([
      ['a.png', { x0: 40.5, y0: 22, x1: 50, y1: 60.25 }],
    ])
  })

  test.each([
    ['a.png\t1\t2\t3\t4', 1, 'separated by tabs; separate them by commas or semicolons'],
    ['image\tx0\ty0\tx1\ty1\na.png\t1\t2\t3\t4', 1, 'separated by tabs'],
    ['a.png\t1,5\t2\t3\t4', 1, 'separated by tabs'],
    ['a.png,1,2,3', 1, 'it has 4 columns; image,x0,y0,x1,y1 are needed'],
    ['a.png,1,2,3,4\nb.png,1,two,3,4', 2, 'y0 is "two", which is not a number'],
    ['a.png,1,,3,4', 1, 'y0 is missing'],
    ['a.png,5,2,3,4', 1, 'x1 (3) lies left of x0 (5)'],
    ['a.png,1,5,3,4', 1, 'y1 (4) lies above y0 (5)'],
    ['a.png,1,2,3,4,0', 1, 'the label 0 is not a whole number from 1 to 65535'],
    ['a.png,1,2,3,4,1\na.png,1,2,3,4,', 2, 'some rows have a label and some have none'],
    ['a.png,1,2,3,4,1,-1', 1, 'the slice -1 is not a whole number from 0'],
    [',1,2,3,4', 1, 'the image is missing'],
    ['a.png,1,2,Infinity,4', 1, 'x1 is "Infinity", which is not a number'],
    ['"a.png,1,2,3,4', 1, 'a quote is opened and never closed'],
    ['image,x0,y0,x1\na.png,1,2,3', 1, 'the column y1 is missing'],
    ['image,x0,y0,x1,y1,colour\na.png,1,2,3,4,red', 1, 'there is no column colour'],
    ['image,x0,y0,x1,y1\n', 1, 'there are no rows'],
    ['', 1, 'there are no rows'],
  ])('names the line and the fault of %j', (text, line, reason) => {
    expect(() => boxes(text)).toThrow(
      expect.objectContaining({
        code: 'PROMPT_FILE_INVALID',
        data: { file: 'boxes.csv', line, reason: expect.stringContaining(reason) as string },
      }),
    )
  })
})

describe('points', () => {
  test('joins points of one label on one slice to one object, others stay apart', () => {
    const rows = points('image,x,y,sign,label\na,1,2,1,1\na,3,4,0,1\na,5,6,+,2\nb,7,8,,\n')

    expect(rows.map(({ image, label, prompt }) => [image, label, prompt.points])).toEqual([
      [
        'a',
        1,
        [
          { x: 1, y: 2, sign: 'positive' },
          { x: 3, y: 4, sign: 'negative' },
        ],
      ],
      ['a', 2, [{ x: 5, y: 6, sign: 'positive' }]],
      ['b', 1, [{ x: 7, y: 8, sign: 'positive' }]],
    ])
  })

  test.each([
    ['a,1,2,maybe', 'the sign "maybe" is neither'],
    ['a,1,2,0', 'negative points only'],
    ['a,1', 'image,x,y are needed'],
  ])('names the fault of %j', (text, reason) => {
    expect(() => points(text)).toThrow(reason)
  })
})
