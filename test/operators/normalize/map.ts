export const line =
  '1643932807,Wazuh: Apache: x, y, and z.,192.168.131.109,internal_share,W-All-Ids,false_positive,dnsteal';
