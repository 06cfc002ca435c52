// What HAProxy counts, told apart by who answered, and added up over its processes.
import { TrafficCount, toStatRows, toTraffic } from '../../../lib/local/servers/traffic';

const stat = ([front5, target5, target2, requests, rtime]: number[]): string => `\
# pxname,svname,scur,lbtot,rtime,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,used_conn_cur,idle_conn_cur,
listener,FRONTEND,3,,,0,${target2},0,1,${front5},,,
targets,clone1,1,${requests},7,0,${target2},0,0,${target5},1,2,
targets,clone2,0,0,0,0,0,0,0,0,0,0,
targets,BACKEND,1,${requests},${rtime},0,${target2},0,0,${front5},,,
`;

const read = (...numbers: number[]) => toTraffic(toStatRows(stat(numbers)));

test('answers of clones are told apart from those that the load balancer gave itself', () => {
  expect(read(5, 2, 40, 43, 12)).toEqual({
    requests: 43,
    answers: { 1: 0, 2: 40, 3: 0, 4: 0, 5: 2 },
    own: { 1: 0, 2: 0, 3: 0, 4: 1, 5: 3 },
    connections: 6,
    responseSeconds: 0.012,
  });
});

test('before the first answer nobody knows how long one takes', () => {
  expect(read(0, 0, 0, 0, 0).responseSeconds).toBeUndefined();
});

test('another process of it goes on where the one before was last seen', () => {
  const count = new TrafficCount();
  const [first, second] = [{}, {}];
  count.add(first, read(5, 2, 40, 43, 12));
  expect(count.add(second, read(1, 0, 1, 2, 3))).toMatchObject({
    requests: 45,
    answers: { 2: 41, 5: 2 },
    own: { 5: 4 },
  });
  expect(count.add(second, read(1, 0, 3, 4, 3))).toMatchObject({
    requests: 47,
    answers: { 2: 43, 5: 2 },
    own: { 5: 4 },
  });
});

test('an answer that is counted for its clone first does not make the own ones fewer', () => {
  const count = new TrafficCount();
  const process = {};
  count.add(process, read(5, 2, 0, 0, 0));
  expect(count.add(process, read(5, 3, 0, 0, 0)).own[5]).toBe(3);
  expect(count.add(process, read(6, 3, 0, 0, 0)).own[5]).toBe(3);
});
